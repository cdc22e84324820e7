// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Which program this is: what a trace says about who recorded it, so that a
// replay knows whether it is by the same one.

#ifndef ORRERY_TESTING_PROGRAM_BUILD_H_
#define ORRERY_TESTING_PROGRAM_BUILD_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/traces/format.h"

namespace orrery {

// A program or shared library, as it was loaded into this process.
struct LoadedObject {
  std::string path;  // empty: the program itself, if the system says no more
  std::string build_id;  // the linker's, in hexadecimal; empty: it left none
};

// Returns what is loaded, the program first, but for what came with the machine
// (libraries in /lib, /usr/lib and the like). Those differ from machine to
// machine while the program is the same; what a run does must not follow from
// them (docs/determinism.md).
std::vector<LoadedObject> LoadedObjects();

// Returns a text that is the same for the same objects, wherever they are and
// in whatever order. Of an object without a build id, its file's bytes count.
std::string CombineBuildIds(absl::Span<const LoadedObject> objects);

// Returns how this program was built. The id is the same in each process that
// runs it, and another one after each change to the code; what `dlopen` loads
// after the first call does not count. Found out once per process.
const TraceBuild& ProgramBuild();

}  // namespace orrery

#endif  // ORRERY_TESTING_PROGRAM_BUILD_H_
