// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/casting.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace orrery {
namespace {

bool Has(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsOfLinks(MishapKind kind) { return kind <= MishapKind::kCorruption; }

absl::Status TooFew(const Mishap& mishap) {
  return absl::FailedPreconditionError(
      absl::StrCat("too few machines for \"", mishap.ToString(), "\""));
}

}  // namespace

Casting::Casting(const World& world, const std::vector<std::string>& among)
    : world_(world), all_(among) {
  if (!all_.empty()) return;
  for (const auto& node : world.nodes()) all_.push_back(node->name());
}

absl::StatusOr<Mishap> Casting::Cast(const Mishap& open, const Pick& pick) {
  pick_ = &pick;
  named_.clear();
  Mishap mishap = open;
  for (size_t i = 0; i < open.groups_.size(); ++i) {
    Names& group = mishap.groups_[i];
    group.clear();
    for (const std::string& name : open.groups_[i]) {
      const absl::Status added = Add(name, group);
      if (added.code() == absl::StatusCode::kFailedPrecondition) {
        return TooFew(open);
      }
      if (!added.ok()) return added;
    }
    if (group.empty()) return TooFew(open);
    if (Has(group, "@test") && !IsOfLinks(open.kind_)) {
      return absl::NotFoundError(absl::StrCat(
          "\"", open.ToString(), "\": @test is on no machine, it has links"));
    }
  }
  if (open.kind_ == MishapKind::kRing && mishap.groups_[0].size() < 3) {
    return TooFew(open);
  }
  if (open.kind_ == MishapKind::kSwizzle && mishap.groups_.size() == 1) {
    // The order in which the links come free again.
    Names freed = mishap.groups_[0];
    for (size_t i = 0; i + 1 < freed.size(); ++i) {
      std::swap(freed[i], freed[i + (*pick_)(freed.size() - i)]);
    }
    mishap.groups_.push_back(std::move(freed));
  }
  if (open.up_to_) {
    mishap.up_to_ = false;
    const uint64_t more = (*pick_)(static_cast<uint64_t>(open.amount_));
    mishap.amount_ = 1 + static_cast<int64_t>(more);
    const bool either_way = open.kind_ == MishapKind::kClockDrift ||
                            open.kind_ == MishapKind::kClockStep;
    if (either_way && (*pick_)(2) == 1) mishap.amount_ = -mishap.amount_;
  }
  return mishap;
}

absl::Status Casting::Add(absl::string_view name, Names& group) {
  if (!absl::StartsWith(name, "@")) {
    if (world_.FindNode(name) == nullptr) {
      return absl::NotFoundError(absl::StrCat("there is no machine ", name));
    }
    AddName(name, group);
    return absl::OkStatus();
  }
  const size_t left = Unnamed().size();
  size_t wanted = 1;
  if (name == "@test") {
    group.emplace_back(name);
  } else if (name == "@all") {
    for (const std::string& one : all_) AddName(one, group);
  } else if (name == "@rest") {
    for (const std::string& one : Unnamed()) AddName(one, group);
  } else if (name == "@shuffled") {
    AddDrawn(left, /*keep_order=*/false, group);
  } else if (name == "@any" || name == "@half" || name == "@some") {
    if (name == "@half") wanted = all_.size() / 2;
    if (name == "@some" && left >= 2) wanted = 1 + (*pick_)(left - 1);
    if (wanted == 0 || left < wanted || (name == "@some" && left < 2)) {
      return absl::FailedPreconditionError("");
    }
    AddDrawn(wanted, /*keep_order=*/true, group);
  } else {
    return AddDomain(name.substr(1), group);
  }
  return absl::OkStatus();
}

absl::Status Casting::AddDomain(absl::string_view domain, Names& group) {
  const bool zones = absl::ConsumePrefix(&domain, "zone");
  if (!zones && !absl::ConsumePrefix(&domain, "rack")) {
    return absl::NotFoundError(
        absl::StrCat("@", domain, " stands for nothing"));
  }
  auto of = [&](const std::string& name) -> const std::string& {
    const NodeOptions& options = world_.FindNode(name)->options();
    return zones ? options.zone : options.rack;
  };
  std::string which;
  if (domain.empty()) {
    Names domains;
    for (const std::string& name : all_) {
      const std::string& its = of(name);
      if (!its.empty() && !Has(domains, its)) domains.push_back(its);
    }
    if (domains.empty()) {
      return absl::NotFoundError("no machine says where it stands");
    }
    which = domains[(*pick_)(domains.size())];
  } else {
    absl::ConsumePrefix(&domain, ":");
    which = std::string(domain);
  }
  const size_t before = group.size();
  for (const std::string& name : all_) {
    if (of(name) == which) AddName(name, group);
  }
  if (group.size() != before) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("there is nothing in ", which));
}

void Casting::AddName(absl::string_view name, Names& group) {
  if (Has(group, name)) return;
  group.emplace_back(name);
  if (!Has(named_, name)) named_.emplace_back(name);
}

void Casting::AddDrawn(size_t count, bool keep_order, Names& group) {
  Names left = Unnamed();
  Names drawn;
  for (size_t i = 0; i < count; ++i) {
    std::swap(left[i], left[i + (*pick_)(left.size() - i)]);
    drawn.push_back(left[i]);
  }
  if (!keep_order) {
    for (const std::string& name : drawn) AddName(name, group);
    return;
  }
  for (const std::string& name : Unnamed()) {
    if (Has(drawn, name)) AddName(name, group);
  }
}

Casting::Names Casting::Unnamed() const {
  Names left;
  for (const std::string& name : all_) {
    if (!Has(named_, name)) left.push_back(name);
  }
  return left;
}

}  // namespace orrery
