// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SourceSite`: a place in the source, taken at the call by a default argument:
//
//   void Log(absl::string_view message, SourceSite site =
//   SourceSite::current());
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

using SourceSite = std::source_location;

// Returns the path as it stands in the repository: what the build puts before
// it (output folders, virtual include folders) is cut off.
absl::string_view SiteFile(const SourceSite& site);

// Returns the plain name of the function, "SayAfter" or "Server::Run", without
// its return type, parameters, namespaces in parentheses or compiler's marks.
std::string SiteFunction(const SourceSite& site);

// Returns "sim/task.h:12", or "" if the site is not known (line 0).
std::string FormatSite(const SourceSite& site);

// The work behind the functions above, on plain text (traces hold text).
absl::string_view CleanFile(absl::string_view file);
std::string CleanFunction(absl::string_view function);

}  // namespace orrery

#endif  // ORRERY_BASE_SOURCE_SITE_H_
