// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The page around a report's data: web/ in one piece, made by embed.py.

#ifndef ORRERY_REPORT_PAGE_H_
#define ORRERY_REPORT_PAGE_H_

#include "absl/strings/string_view.h"

namespace orrery {

// Return what stands before and after the data, which is in base64.
absl::string_view PageBeforeData();
absl::string_view PageAfterData();

}  // namespace orrery

#endif  // ORRERY_REPORT_PAGE_H_
