// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/oracle/outcome.h"

#include <cxxabi.h>

#include <vector>

#include "absl/strings/str_join.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/exception_group.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/sync/barrier.h"

namespace orrery::oracle {
namespace {

// What a program raises: A, B or C.
class ProgramError : public std::exception {
 public:
  explicit ProgramError(Error error) : error_(error) {}
  const std::string& name() const { return Error_Name(error_); }

 private:
  Error error_;
};

template <typename Ended>
std::string TextOfEnd(const Ended& ended) {
  if (!ended.Done()) return "pending";
  if (ended.Cancelled()) return "cancelled";
  if (std::exception_ptr error = ended.Exception()) return TextOf(error);
  return absl::StrCat(ended.Result());
}

}  // namespace

void Raise(Error error) { std::rethrow_exception(MakeError(error)); }

std::exception_ptr MakeError(Error error) {
  switch (error) {
    case CANCELLED:
      return std::make_exception_ptr(Cancelled());
    case TIMEOUT:
      return std::make_exception_ptr(TimeoutError());
    default:
      return std::make_exception_ptr(ProgramError(error));
  }
}

std::string TextOf(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Cancelled&) {
    return "cancelled";
  } catch (const TimeoutError&) {
    return "timeout";
  } catch (const ProgramError& raised) {
    return raised.name();
  } catch (const BrokenBarrierError&) {
    return "broken";
  } catch (const ExceptionGroup& group) {
    std::vector<std::string> texts;
    for (const std::exception_ptr& inner : group.errors()) {
      texts.push_back(TextOf(inner));
    }
    return absl::StrCat("group[", absl::StrJoin(texts, ", "), "]");
  } catch (const std::exception& other) {
    return absl::StrCat(abi::__cxa_current_exception_type()->name(), ": ",
                        other.what());  // asyncio has no such outcome
  }
}

bool Catches(Op::TryCatch::Kind kind, const std::exception_ptr& error) {
  Op::TryCatch::Kind is = Op::TryCatch::ERROR;
  try {
    std::rethrow_exception(error);
  } catch (const Cancelled&) {
    is = Op::TryCatch::WAS_CANCELLED;
  } catch (const TimeoutError&) {
    is = Op::TryCatch::TIMED_OUT;
  } catch (...) {
  }
  return kind == Op::TryCatch::ANY || kind == is;
}

std::string EndOf(const JoinHandle<int>& task) { return TextOfEnd(task); }
std::string EndOf(const Future<int>& future) { return TextOfEnd(future); }

}  // namespace orrery::oracle
