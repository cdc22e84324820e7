// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CampaignCheck`: the check of determinism for all runs of one test: of those
// that pass, as many as were asked for; of those that fail, each.

#ifndef ORRERY_TESTING_CAMPAIGN_CHECK_H_
#define ORRERY_TESTING_CAMPAIGN_CHECK_H_

#include <optional>
#include <string>

#include "orrery/base/seed.h"
#include "orrery/explorer/campaign.h"
#include "orrery/explorer/run_recorder.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/determinism_check.h"
#include "orrery/testing/failure_explainer.h"
#include "orrery/testing/test_program.h"

namespace orrery {

class CampaignCheck {
 public:
  // Both must outlive it. Makes the program record the runs that are to be
  // checked.
  CampaignCheck(const CurrentTest& test, TestProgram& program);

  // Takes a run that has passed, with its payload. Returns whether the next one
  // may follow: it may not if one was found that is not deterministic, which
  // fails the test.
  bool AfterPassingRun(const CampaignRun& run, const RunPayload& payload);

  // Checks a run that has failed, and adds what comes out to its notes. A run
  // whose process died, or that is too long to be recorded, is not checked.
  void AfterFailure(FoundFailure& found);

  // Checks what is left.
  void AtEnd();

 private:
  bool CheckAdded();
  std::optional<RunRecord> Record(const FoundFailure& found);
  void Report(const DeterminismFinding& finding) const;

  const CurrentTest& test_;
  TestProgram& program_;
  CheckDeterminism mode_;
  bool shared_;
  DeterminismCheck check_;
  bool found_ = false;  // one is enough
};

}  // namespace orrery

#endif  // ORRERY_TESTING_CAMPAIGN_CHECK_H_
