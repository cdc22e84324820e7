// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ExceptionGroup`: several errors at once; as Python's.

#ifndef ORRERY_SIM_COMBINATORS_EXCEPTION_GROUP_H_
#define ORRERY_SIM_COMBINATORS_EXCEPTION_GROUP_H_

#include <exception>
#include <string>
#include <vector>

namespace orrery {

class ExceptionGroup : public std::exception {
 public:
  // There is at least one error; none is null.
  explicit ExceptionGroup(std::vector<std::exception_ptr> errors);

  // Returns them in the order in which they were thrown. One of them may be an
  // ExceptionGroup itself.
  const std::vector<std::exception_ptr>& errors() const { return errors_; }

  // Returns "2 errors: std::runtime_error: disk full; std::bad_alloc: ...".
  const char* what() const noexcept override { return text_.c_str(); }

  // Returns the first error that is a `T`, in groups within this one too, or
  // null. It belongs to the group.
  //   try {
  //     co_await WithTaskGroup(Serve);
  //   } catch (const ExceptionGroup& group) {
  //     if (group.Find<DiskFull>() != nullptr) ...
  //   }
  template <typename T>
  const T* Find() const {
    for (const std::exception_ptr& error : errors_) {
      const ExceptionGroup* group = nullptr;
      try {
        std::rethrow_exception(error);
      } catch (const T& found) {
        return &found;
      } catch (const std::exception& other) {
        group = dynamic_cast<const ExceptionGroup*>(&other);
      } catch (...) {
      }
      const T* found = group != nullptr ? group->Find<T>() : nullptr;
      if (found != nullptr) return found;
    }
    return nullptr;
  }

 private:
  std::vector<std::exception_ptr> errors_;
  std::string text_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_EXCEPTION_GROUP_H_
