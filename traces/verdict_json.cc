// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/verdict_json.h"

#include "orrery/traces/message_json.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {

std::string VerdictAsJson(const TraceVerdict& verdict) {
  const Trace& trace = verdict.trace;
  traces::v1::PrintedVerdict printed;
  printed.set_file(Utf8(trace.name));
  printed.set_sound(verdict.sound());
  printed.set_damage(Utf8(trace.damage));
  printed.set_bytes(trace.size);
  printed.set_good_bytes(trace.good_bytes);
  printed.set_events(verdict.events);
  printed.set_choices(verdict.choices);
  printed.set_first_event(trace.first_event);
  printed.set_unknown_events(trace.unknown_events);
  printed.set_fault_count(verdict.fault_count);
  for (const std::string& fault : verdict.faults) {
    printed.add_fault(Utf8(fault));
  }
  for (const std::string& what : verdict.holds) printed.add_holds(Utf8(what));
  for (const std::string& what : verdict.unchecked) {
    printed.add_unchecked(Utf8(what));
  }
  return MessageAsJson(printed);
}

std::string RecoveryAsJson(const std::string& path, const std::string& output,
                           const TraceRecovery& recovery) {
  traces::v1::PrintedRecovery printed;
  printed.set_file(Utf8(path));
  printed.set_output(Utf8(output));
  printed.set_damage(Utf8(recovery.damage));
  printed.set_bytes(recovery.bytes);
  printed.set_kept_bytes(recovery.kept_bytes);
  printed.set_events(recovery.events);
  printed.set_choices(recovery.choices);
  return MessageAsJson(printed);
}

}  // namespace orrery
