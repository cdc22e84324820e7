// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/swarm.h"

#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/faults/buggify.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/log_uniform.h"
#include "orrery/sim/faults/run_draw.h"
#include "orrery/sim/faults/setting_values.h"
#include "orrery/sim/settings.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

constexpr uint32_t kMaxWeight = 10;
// The lines of a block are no longer than this.
constexpr size_t kWidth = 78;

absl::string_view GroupOf(absl::string_view name) {
  return name.substr(0, name.find('.'));
}

}  // namespace

// What a run has drawn.
class SwarmState final : public Attachment {
 public:
  SwarmState() : simulation_(Simulation::Current("Swarm")) {}

  // Returns what `name` was before, if it was asked for.
  const uint64_t* Find(absl::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }

  uint64_t Keep(absl::string_view name, uint64_t value) {
    values_.emplace(name, value);
    return value;
  }

  // Adds an entry to the block.
  void Tell(absl::string_view name, absl::string_view value) {
    told_[std::string(name)] = std::string(value);
  }

  // Returns what `name` is set to; none if it is not.
  std::optional<absl::string_view> Setting(absl::string_view name) const {
    const Settings* const settings = simulation_.settings();
    if (settings == nullptr) return std::nullopt;
    return settings->Find(name);
  }

  // Returns what a setting says, as `parse` reads it; none if there is none, or
  // one that cannot be read, which fails the run.
  template <typename Parse>
  auto Fixed(absl::string_view name, Parse parse)
      -> std::optional<typename decltype(parse(name))::value_type> {
    const std::optional<absl::string_view> text = Setting(name);
    if (!text.has_value()) return std::nullopt;
    auto parsed = parse(*text);
    if (parsed.ok()) return *std::move(parsed);
    Refuse(absl::StrCat(name, "=", *text, ": ", parsed.status().message()));
    return std::nullopt;
  }

  void Refuse(absl::string_view problem) {
    simulation_.Fail(absl::StrCat("a setting that cannot be read: ", problem),
                     SourceSite());
  }

  uint64_t Draw(absl::string_view name, uint64_t n) {
    if (simulation_.closing()) return 0;
    return DrawForRun(simulation_, n, absl::StrCat("swarm: ", name));
  }

  // Returns whether a setting switches `name` on or off.
  std::optional<bool> FixedSwitch(absl::string_view name) {
    const Settings* const settings = simulation_.settings();
    if (settings == nullptr) return std::nullopt;
    const absl::StatusOr<std::optional<bool>> fixed =
        settings->FindSwitch(name);
    if (!fixed.ok()) Refuse(fixed.status().message());
    return fixed.ok() ? *fixed : std::nullopt;
  }

  // The same for what is said of all families.
  std::optional<bool> FixedForAll() {
    const std::optional<absl::string_view> all = Setting("swarm");
    if (!all.has_value()) return std::nullopt;
    if (*all == "off") return false;
    if (*all != "all") {
      Refuse(absl::StrCat("swarm=", *all, ": expected off or all"));
    }
    return *all == "all" ? std::optional<bool>(true) : std::nullopt;
  }

  // Decides whether a family is on, `fixed` or drawn.
  bool Decide(absl::string_view name, std::optional<bool> fixed) {
    CheckName(name);
    if (const uint64_t* known = Find(name)) return *known != 0;
    if (!fixed.has_value()) fixed = FixedForAll();
    const bool on = fixed.has_value() ? *fixed : Draw(name, 2) == 1;
    if (!on) Faults::Current().Mask(name);
    if (on && name == "buggify") EnableBuggify();
    Tell(name, on ? "on" : "off");
    return Keep(name, on ? 1 : 0) != 0;
  }

  // Decides how often an operation is picked.
  uint32_t Weight(const std::string& name) {
    CheckName(name);
    if (const uint64_t* known = Find(name))
      return static_cast<uint32_t>(*known);
    const std::optional<uint32_t> fixed =
        Fixed(name, [](absl::string_view text) -> absl::StatusOr<uint32_t> {
          if (text == "off") return 0;
          const absl::StatusOr<uint64_t> number = ParseNumber(text);
          if (number.ok() && *number <= UINT32_MAX) {
            return static_cast<uint32_t>(*number);
          }
          return absl::InvalidArgumentError("expected a weight, or off");
        });
    if (fixed.has_value()) return static_cast<uint32_t>(Keep(name, *fixed));
    const bool on = Draw(name, 2) == 1;
    const uint64_t weight =
        on ? 1 + Draw(absl::StrCat(name, ": weight"), kMaxWeight) : 0;
    return static_cast<uint32_t>(Keep(name, weight));
  }

  static void CheckName(absl::string_view name) {
    ORRERY_CHECK(Settings::IsName(name),
                 absl::StrCat("\"", name,
                              "\" cannot be set: a name of a swarm consists of "
                              "letters, digits, '_', '-' and dots"));
  }

  std::string Block() const {
    std::string text;
    std::string line;
    absl::string_view group;
    for (const auto& [name, value] : told_) {
      const std::string entry = absl::StrCat(name, "=", value);
      if (!line.empty() &&
          (GroupOf(name) != group || line.size() + entry.size() + 2 > kWidth)) {
        absl::StrAppend(&text, line, ",\n");
        line.clear();
      }
      absl::StrAppend(&line, line.empty() ? "" : ",", entry);
      group = GroupOf(name);
    }
    return text + line;
  }

  void AddNotes(std::string& notes) const override {
    if (told_.empty()) return;
    absl::StrAppend(
        &notes, notes.empty() || notes.back() == '\n' ? "" : "\n",
        "the swarm has drawn, and --orrery_set='...' fixes any of it:\n  ",
        absl::StrReplaceAll(Block(), {{"\n", "\n  "}}));
  }

 private:
  Simulation& simulation_;
  absl::btree_map<std::string, uint64_t> values_;
  absl::btree_map<std::string, std::string> told_;
};

OperationMix::OperationMix(std::vector<uint32_t> weights)
    : weights_(std::move(weights)) {
  for (const uint32_t weight : weights_) sum_ += weight;
  ORRERY_CHECK(sum_ > 0, "an OperationMix needs an operation with a weight");
}

size_t OperationMix::Pick() const {
  size_t picked = 0;
  while (weights_[picked] == 0) ++picked;
  if (weights_[picked] == sum_) return picked;
  uint64_t drawn = Simulation::Current("OperationMix")
                       .Draw(ChoiceKind::kRandom, sum_, "operation");
  while (drawn >= weights_[picked]) drawn -= weights_[picked++];
  return picked;
}

Swarm::Swarm() : state_(&Simulation::Current("Swarm").Attached<SwarmState>()) {}

bool Swarm::Family(absl::string_view name) {
  return state_->Decide(name, state_->FixedSwitch(name));
}

Chance Swarm::Rate(absl::string_view name, Chance least, Chance most) {
  ORRERY_CHECK(!least.never() && least.per_million() <= most.per_million(),
               "Swarm::Rate() needs chances above zero, the lower one first");
  const std::string rate = absl::StrCat(name, ".rate");
  if (const uint64_t* known = state_->Find(rate)) {
    return Chance::PerMillion(static_cast<uint32_t>(*known));
  }
  std::optional<bool> on = state_->FixedSwitch(name);
  const std::optional<Chance> fixed = state_->Fixed(rate, ParseChance);
  if (!on.has_value() && fixed.has_value()) on = true;
  if (!state_->Decide(name, on)) return Chance::Never();
  const Chance chance =
      fixed.has_value() ? *fixed
                        : Chance::PerMillion(static_cast<uint32_t>(LogUniform(
                              least.per_million(), most.per_million(),
                              state_->Draw(rate, kLogUniformSteps))));
  state_->Keep(rate, chance.per_million());
  state_->Tell(rate, FormatChance(chance));
  return chance;
}

uint64_t Swarm::Number(absl::string_view name, uint64_t least, uint64_t most) {
  ORRERY_CHECK(least <= most && most - least < UINT64_MAX,
               "Swarm::Number() needs a range, the lower end first");
  SwarmState::CheckName(name);
  if (const uint64_t* known = state_->Find(name)) return *known;
  const std::optional<uint64_t> fixed = state_->Fixed(name, ParseNumber);
  const uint64_t number =
      fixed.has_value() ? *fixed : least + state_->Draw(name, most - least + 1);
  state_->Tell(name, absl::StrCat(number));
  return state_->Keep(name, number);
}

absl::Duration Swarm::Time(absl::string_view name, absl::Duration least,
                           absl::Duration most) {
  ORRERY_CHECK(absl::Nanoseconds(1) <= least && least <= most &&
                   most < absl::InfiniteDuration(),
               "Swarm::Time() needs times above zero, the shorter one first");
  SwarmState::CheckName(name);
  if (const uint64_t* known = state_->Find(name)) {
    return absl::Nanoseconds(static_cast<int64_t>(*known));
  }
  const std::optional<absl::Duration> fixed = state_->Fixed(name, ParseTime);
  const absl::Duration time =
      fixed.has_value()
          ? *fixed
          : absl::Nanoseconds(static_cast<int64_t>(LogUniform(
                static_cast<uint64_t>(absl::ToInt64Nanoseconds(least)),
                static_cast<uint64_t>(absl::ToInt64Nanoseconds(most)),
                state_->Draw(name, kLogUniformSteps))));
  state_->Tell(name, FormatTime(time));
  state_->Keep(name, static_cast<uint64_t>(absl::ToInt64Nanoseconds(time)));
  return time;
}

size_t Swarm::OneOf(absl::string_view name,
                    absl::Span<const char* const> words) {
  ORRERY_CHECK(!words.empty(), "Swarm::OneOf() needs a word");
  SwarmState::CheckName(name);
  if (const uint64_t* known = state_->Find(name)) return *known;
  const std::optional<size_t> fixed = state_->Fixed(
      name, [&](absl::string_view text) -> absl::StatusOr<size_t> {
        for (size_t i = 0; i < words.size(); ++i) {
          if (text == words[i]) return i;
        }
        return absl::InvalidArgumentError(
            absl::StrCat("expected one of ", absl::StrJoin(words, ", ")));
      });
  const size_t picked =
      fixed.has_value() ? *fixed : state_->Draw(name, words.size());
  ORRERY_CHECK(picked < words.size(),
               "Swarm::OneOf() was asked again, with fewer words");
  state_->Tell(name, words[picked]);
  return state_->Keep(name, picked);
}

OperationMix Swarm::Mix(absl::Span<const char* const> operations,
                        absl::string_view name) {
  ORRERY_CHECK(!operations.empty(), "Swarm::Mix() needs an operation");
  std::vector<uint32_t> weights;
  uint64_t sum = 0;
  for (const char* operation : operations) {
    weights.push_back(state_->Weight(absl::StrCat(name, ".", operation)));
    sum += weights.back();
  }
  if (sum == 0) weights.front() = 1;
  for (size_t i = 0; i < weights.size(); ++i) {
    state_->Tell(absl::StrCat(name, ".", operations[i]),
                 absl::StrCat(weights[i]));
  }
  return OperationMix(std::move(weights));
}

std::string Swarm::Block() const { return state_->Block(); }

std::string Swarm::NotesOf(const Simulation& simulation) {
  std::string notes;
  const SwarmState* const state = simulation.FindAttached<SwarmState>();
  if (state != nullptr) state->AddNotes(notes);
  return notes;
}

}  // namespace orrery
