// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/exception_group.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/sim/exception_text.h"

namespace orrery {

ExceptionGroup::ExceptionGroup(std::vector<std::exception_ptr> errors)
    : errors_(std::move(errors)) {
  ORRERY_CHECK(!errors_.empty(), "an ExceptionGroup has at least one error");
  text_ =
      absl::StrCat(errors_.size(), errors_.size() == 1 ? " error" : " errors");
  const char* separator = ": ";
  for (const std::exception_ptr& error : errors_) {
    absl::StrAppend(&text_, separator, ExceptionText(error));
    separator = "; ";
  }
}

}  // namespace orrery
