// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/portfolio_scheduler.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "orrery/base/check.h"

namespace orrery {

PortfolioScheduler::PortfolioScheduler(
    std::vector<std::unique_ptr<Scheduler>> members, std::string spec)
    : spec_(std::move(spec)) {
  ORRERY_CHECK(!members.empty(), "a portfolio has members");
  for (std::unique_ptr<Scheduler>& member : members) {
    ORRERY_CHECK(Admits(*member),
                 "the members of a portfolio neither search nor follow a "
                 "record");
    const bool observes = member->traits().observes_steps;
    traits_.observes_steps = traits_.observes_steps || observes;
    members_.push_back(
        {.policy = std::move(member), .observes_steps = observes});
  }
}

bool PortfolioScheduler::Admits(const Scheduler& policy) {
  const SchedulerTraits traits = policy.traits();
  return traits.orders && !traits.searches && !traits.follows;
}

std::string PortfolioScheduler::SpecOfRun() const {
  return profiling_ ? "random" : members_[turn_].policy->SpecOfRun();
}

void PortfolioScheduler::BeginRun(const RunInfo& run) {
  profiling_ = run.profile;
  turn_ = static_cast<size_t>(run.index % members_.size());
  if (!profiling_) {
    members_[turn_].policy->BeginRun(run);
    return;
  }
  random_ = Prng(run.seed.value);
  streams_.Begin(run.seed);
  for (Member& member : members_) {
    member.learns = member.policy->NeedsProfile();
    if (member.learns) member.policy->BeginRun(run);
  }
}

size_t PortfolioScheduler::PickNext(const ChoicePoint& where,
                                    Candidates ready) {
  if (!profiling_) return members_[turn_].policy->PickNext(where, ready);
  // The members are asked, so that they see the choice; what they answer does
  // not matter.
  for (Member& member : members_) {
    if (member.learns) member.policy->PickNext(where, ready);
  }
  return random_.Below(ready.size());
}

uint64_t PortfolioScheduler::Draw(const ChoicePoint& where) {
  if (!profiling_) return members_[turn_].policy->Draw(where);
  return streams_.Below(where.node, where.kind, where.n, where.site);
}

void PortfolioScheduler::OnStep(const StepInfo& step) {
  if (!profiling_) {
    if (members_[turn_].observes_steps) members_[turn_].policy->OnStep(step);
    return;
  }
  for (Member& member : members_) {
    if (member.learns && member.observes_steps) member.policy->OnStep(step);
  }
}

NextRun PortfolioScheduler::EndRun(const RunSummary& run) {
  if (!profiling_) return members_[turn_].policy->EndRun(run);
  for (Member& member : members_) {
    if (member.learns) member.policy->EndRun(run);
    member.learns = false;
  }
  profiling_ = false;
  return NextRun::kAgain;
}

bool PortfolioScheduler::NeedsProfile() const {
  for (const Member& member : members_) {
    if (member.policy->NeedsProfile()) return true;
  }
  return false;
}

// The states of the members, each as its length, a line break and its bytes.
// Those who have learned the same from the same run are not told twice: "=" and
// the number of the earlier member stand in place of the length.
std::string PortfolioScheduler::SaveState() const {
  std::vector<std::string> states;
  bool any = false;
  for (const Member& member : members_) {
    states.push_back(member.policy->SaveState());
    any = any || !states.back().empty();
  }
  if (!any) return "";
  std::string text = absl::StrCat("portfolio ", states.size(), "\n");
  for (size_t i = 0; i < states.size(); ++i) {
    size_t same = 0;
    while (states[same] != states[i]) ++same;
    if (same < i) {
      absl::StrAppend(&text, "=", same, "\n");
    } else {
      absl::StrAppend(&text, states[i].size(), "\n", states[i], "\n");
    }
  }
  return text;
}

bool PortfolioScheduler::RestoreState(absl::string_view state) {
  if (state.empty()) return true;
  if (!absl::ConsumePrefix(&state,
                           absl::StrCat("portfolio ", members_.size(), "\n"))) {
    return false;
  }
  std::vector<absl::string_view> states;
  for (size_t i = 0; i < members_.size(); ++i) {
    const size_t line_end = state.find('\n');
    if (line_end == absl::string_view::npos) return false;
    absl::string_view line = state.substr(0, line_end);
    state.remove_prefix(line_end + 1);
    const bool again = absl::ConsumePrefix(&line, "=");
    uint64_t number = 0;
    if (!absl::SimpleAtoi(line, &number)) return false;
    if (again) {
      if (number >= states.size()) return false;
      states.push_back(states[number]);
      continue;
    }
    if (number >= state.size() || state[number] != '\n') return false;
    states.push_back(state.substr(0, number));
    state.remove_prefix(number + 1);
  }
  if (!state.empty()) return false;
  // Nothing is changed unless all of it can be: a member that refuses leaves
  // the portfolio as it was, since those before it get back what they had.
  std::vector<std::string> before;
  for (size_t i = 0; i < members_.size(); ++i) {
    before.push_back(members_[i].policy->SaveState());
    if (members_[i].policy->RestoreState(states[i])) continue;
    while (i-- > 0) members_[i].policy->RestoreState(before[i]);
    return false;
  }
  return true;
}

}  // namespace orrery
