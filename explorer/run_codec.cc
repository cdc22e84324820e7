// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/run_codec.h"

#include "absl/time/time.h"
#include "orrery/base/digest.h"

namespace orrery {

void EncodeRunReport(const RunReport& from, explorer::v1::RunReport& to) {
  to.set_outcome(static_cast<int32_t>(from.outcome));
  to.set_failed(from.failed);
  to.set_signature(from.signature);
  to.set_message(from.message);
  to.set_elapsed_ns(absl::ToInt64Nanoseconds(from.elapsed));
  to.set_steps(from.steps);
  to.set_choices(from.choices);
  to.set_schedule_digest(from.digests.schedule.value());
  to.set_data_digest(from.digests.data.value());
  to.set_payload(from.payload);
  to.set_coverage(from.coverage);
}

RunReport DecodeRunReport(const explorer::v1::RunReport& from) {
  RunReport to;
  to.outcome = static_cast<Outcome>(from.outcome());
  to.failed = from.failed();
  to.signature = from.signature();
  to.message = from.message();
  to.elapsed = absl::Nanoseconds(from.elapsed_ns());
  to.steps = from.steps();
  to.choices = from.choices();
  to.digests = {Digest(from.schedule_digest()), Digest(from.data_digest())};
  to.payload = from.payload();
  to.coverage = from.coverage();
  return to;
}

}  // namespace orrery
