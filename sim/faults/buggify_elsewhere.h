// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A site of `Buggify` in another translation unit than the test's.

#ifndef ORRERY_SIM_FAULTS_BUGGIFY_ELSEWHERE_H_
#define ORRERY_SIM_FAULTS_BUGGIFY_ELSEWHERE_H_

namespace orrery {

// Returns whether the site "shared_site" fires, if it is active, which is as
// likely as not, each time.
bool BuggifyElsewhere();

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_BUGGIFY_ELSEWHERE_H_
