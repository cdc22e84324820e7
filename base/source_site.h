// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SourceSite`: a place in the source, taken at the call by a default argument:
//
//   void Log(absl::string_view text, SourceSite site = SourceSite::current());
//
// It is one pointer to a constant that the compiler lays down. Sites are for
// people: they stand in no digest and nothing is decided by them, because
// compilers may disagree on the line of a statement that spans several.

#ifndef ORRERY_BASE_SOURCE_SITE_H_
#define ORRERY_BASE_SOURCE_SITE_H_

#include <source_location>
#include <string>

#include "absl/strings/string_view.h"

namespace orrery {

// A site that nobody filled in, `SourceSite()`, has line 0 and empty texts.
using SourceSite = std::source_location;

// Returns the path as it stands in the repository: what the build puts before
// it (output folders, virtual include folders, the folder of an imported
// Orrery) is cut off. The view is as long-lived as the site's own text.
absl::string_view SiteFile(const SourceSite& site);

// Returns the plain name of the function, see `CleanFunction`.
std::string SiteFunction(const SourceSite& site);

// Returns "sim/task.h:12", or "" if the site is not known (line 0).
std::string FormatSite(const SourceSite& site);

// The work behind the functions above, on plain text (traces hold text).
absl::string_view CleanFile(absl::string_view file);

// Returns the name in a signature as a compiler prints it, "SayAfter" or
// "Server::Run": without return type, parameters, template arguments, anonymous
// namespaces, our own namespace, and what a compiler adds to a coroutine.
// Compilers print the same function differently; this makes them agree:
//
//   clang  "auto orrery::Main()::(anonymous class)::operator()() const"
//   g++    "orrery::Main()::<lambda()>"
//   here   "Main::<lambda>"
//
// The body of a test has the name of the test: "Bank_Pays" for
// "orrery::Task<> Bank_Pays_SimTest::OrreryBody()" and for "void
// Bank_Pays_Test::TestBody()".
//
// A name that is clean already stays as it is. What one compiler does not print
// they still differ in: clang leaves out inline namespaces, and writes
// "operator basic_string" where the source has std::string.
std::string CleanFunction(absl::string_view function);

}  // namespace orrery

#endif  // ORRERY_BASE_SOURCE_SITE_H_
