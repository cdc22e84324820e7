// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TestCampaign`: all runs of one simulated test, and what is done after each.

#ifndef ORRERY_TESTING_TEST_CAMPAIGN_H_
#define ORRERY_TESTING_TEST_CAMPAIGN_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "orrery/explorer/campaign.h"
#include "orrery/explorer/run.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/faults/fault_totals.h"
#include "orrery/testing/campaign_check.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/failure_explainer.h"
#include "orrery/testing/sim_test_body.h"
#include "orrery/testing/swarm.h"
#include "orrery/testing/test_program.h"
#include "orrery/traces/digest_sample.h"

namespace orrery {

class TestCampaign {
 public:
  // `test` must outlive it.
  TestCampaign(CurrentTest& test, MakeSimTestBody make_body,
               std::unique_ptr<Scheduler> scheduler);

  // Runs the test as often as it wants, and reports.
  void Run();

 private:
  // What is done after each run.
  void AfterRun(const RunReport& report);
  // What is done after a run that has not failed. Returns whether the next one
  // may follow.
  bool AfterPassingRun(const CampaignRun& run);
  // What is done about a failure that was not seen before.
  bool AfterNewFailure(const CampaignFailure& failure);
  // What is done when no more runs follow.
  void AtEnd(const CampaignResult& result);
  // Looks for properties that never happened, and adds the runs to those of the
  // other tests.
  void LogCampaign(const CampaignResult& result);

  CampaignOptions Options();
  absl::Status Resume(CampaignOptions& options);

  CurrentTest& test_;
  std::unique_ptr<Scheduler> scheduler_;
  TestProgram program_;
  FailureExplainer explainer_;
  CampaignCheck check_;
  std::optional<SwarmSlice> slice_;  // none: this process has all runs
  DigestSample digests_;             // of a slice
  FaultTotals faults_;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_TEST_CAMPAIGN_H_
