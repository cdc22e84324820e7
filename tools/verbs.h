// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The verbs of the `orrery` command, in the order in which its help lists them.
// Each is defined in the file of its name.

#ifndef ORRERY_TOOLS_VERBS_H_
#define ORRERY_TOOLS_VERBS_H_

#include "orrery/tools/verb.h"

namespace orrery {

extern const Verb kInfoVerb;
extern const Verb kPrintVerb;
extern const Verb kStatsVerb;
extern const Verb kDiffVerb;
extern const Verb kVerifyVerb;
extern const Verb kRecoverVerb;
extern const Verb kReplayVerb;
extern const Verb kShrinkVerb;
extern const Verb kReportVerb;
extern const Verb kExportVerb;
extern const Verb kTimelineVerb;
extern const Verb kCausesVerb;
extern const Verb kGrepVerb;
extern const Verb kMergeVerb;

inline constexpr const Verb* kVerbs[] = {
    &kInfoVerb,      //
    &kPrintVerb,     //
    &kStatsVerb,     //
    &kDiffVerb,      //
    &kVerifyVerb,    //
    &kRecoverVerb,   //
    &kReplayVerb,    //
    &kShrinkVerb,    //
    &kReportVerb,    //
    &kExportVerb,    //
    &kTimelineVerb,  //
    &kCausesVerb,    //
    &kGrepVerb,      //
    &kMergeVerb,
};

}  // namespace orrery

#endif  // ORRERY_TOOLS_VERBS_H_
