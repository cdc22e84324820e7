// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A run's report as a message, to be sent from one process to another.

#ifndef ORRERY_EXPLORER_RUN_CODEC_H_
#define ORRERY_EXPLORER_RUN_CODEC_H_

#include "orrery/explorer/explorer.pb.h"
#include "orrery/explorer/run.h"

namespace orrery {

void EncodeRunReport(const RunReport& from, explorer::v1::RunReport& to);
RunReport DecodeRunReport(const explorer::v1::RunReport& from);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_RUN_CODEC_H_
