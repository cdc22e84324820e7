// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FailureExplainer`: from a run that has failed to its report. The run is made
// again with the same choices, to see every event, and whether it is the same.

#ifndef ORRERY_TESTING_FAILURE_EXPLAINER_H_
#define ORRERY_TESTING_FAILURE_EXPLAINER_H_

#include <string>
#include <vector>

#include "orrery/explorer/campaign.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/event_tail.h"
#include "orrery/testing/test_program.h"
#include "orrery/testing/test_run.h"

namespace orrery {

// A run that has failed, with all that is known about it.
struct FoundFailure {
  const CampaignFailure* failure = nullptr;
  RunId id;
  TestRun run;
  // Lines for the report, beside what the report says by itself.
  std::vector<std::string> notes;
  std::string trace_path;  // of its trace; empty: there is none
};

class FailureExplainer {
 public:
  // Both must outlive it. `scheduler` is the policy of the campaign.
  FailureExplainer(TestProgram& program, Scheduler& scheduler)
      : program_(program), scheduler_(scheduler) {}

  // Returns the failure as it can be explained, and sees to it that there is a
  // trace of it, if traces are wanted.
  FoundFailure Find(const CampaignFailure& failure);

  // Repeats the run and fails the test with a report about it. If the runs have
  // processes of their own, the repetition has one, too.
  void Explain(const FoundFailure& found);

 private:
  ReportText Repeat(const FoundFailure& found);
  ReportText Format(const TestRun& run, ReportContext& context);
  bool SameAgain(const FoundFailure& found, Scheduler& scheduler,
                 ReportContext& context, EventTail& tail);
  void SaveTraceOfDead(const CampaignFailure& failure, FoundFailure& found);
  void TraceEventsOfDead(const FoundFailure& found);

  TestProgram& program_;
  Scheduler& scheduler_;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_FAILURE_EXPLAINER_H_
