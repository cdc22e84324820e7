// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `UseStore`: a machine with a `FileStore`, to which somebody sends one photo
// after the other, and which goes down again and again.

#ifndef ORRERY_EXAMPLES_FILE_STORE_POWER_CUTS_H_
#define ORRERY_EXAMPLES_FILE_STORE_POWER_CUTS_H_

#include "orrery/examples/file_store/file_store.h"
#include "orrery/sim/task.h"

namespace file_store {

struct Trouble {
  // Whether the machine goes down by power cuts. If not, its processes are
  // killed, at the same moments.
  bool power_cuts = true;
};

// Fails the run if the store loses a photo, or shows one that nobody sent.
orrery::Task<> UseStore(FileStoreOptions options, Trouble trouble);

}  // namespace file_store

#endif  // ORRERY_EXAMPLES_FILE_STORE_POWER_CUTS_H_
