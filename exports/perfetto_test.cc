// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/perfetto.h"

#include <google/protobuf/unknown_field_set.h>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/exports/perfetto.pb.h"
#include "orrery/exports/validate.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

namespace pb = exports::perfetto::v1;

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string Bytes(const Trace& trace, ExportClock clock) {
  std::string bytes;
  ExportOptions options;
  options.clock = clock;
  const absl::Status status =
      ExportPerfetto(trace, options, [&](absl::string_view piece) {
        bytes.append(piece.data(), piece.size());
        return true;
      });
  EXPECT_TRUE(status.ok()) << status.message();
  return bytes;
}

pb::Trace Decoded(const Trace& trace,
                  ExportClock clock = ExportClock::kHybrid) {
  pb::Trace decoded;
  EXPECT_TRUE(decoded.ParseFromString(Bytes(trace, clock)));
  return decoded;
}

pb::Trace DecodedSample() { return Decoded(ReadBack(SampleEvents())); }

TEST(PerfettoTest, EveryExportIsValid) {
  for (const Trace& trace : TracesToExport()) {
    for (ExportClock clock :
         {ExportClock::kHybrid, ExportClock::kStep, ExportClock::kSim}) {
      EXPECT_THAT(ProblemsInPerfetto(Bytes(trace, clock)), IsEmpty())
          << trace.name << ", clock " << static_cast<int>(clock);
    }
  }
}

TEST(PerfettoTest, TheSameTraceGivesTheSameBytes) {
  const Trace trace = ReadBack(SampleEvents());
  EXPECT_EQ(Bytes(trace, ExportClock::kHybrid),
            Bytes(trace, ExportClock::kHybrid));
}

TEST(PerfettoTest, EveryEventIsThere) {
  const pb::Trace decoded = DecodedSample();
  std::set<uint64_t> events;
  for (const pb::TracePacket& packet : decoded.packet()) {
    for (const pb::DebugAnnotation& each :
         packet.track_event().debug_annotations()) {
      if (each.has_uint_value()) events.insert(each.uint_value());
    }
  }
  for (uint64_t i = 0; i < SampleEvents().size(); ++i) {
    EXPECT_TRUE(events.contains(i)) << i;
  }
}

// A number written wrong would make another field of it, which Perfetto skips.
TEST(PerfettoTest, FieldsHaveTheNumbersThatPerfettoGaveThem) {
  using google::protobuf::Descriptor;
  struct Expected {
    const Descriptor* message;
    std::map<std::string, int> fields;
  };
  const Expected all[] = {
      {pb::Trace::descriptor(), {{"packet", 1}}},
      {pb::TracePacket::descriptor(),
       {{"timestamp", 8},
        {"trusted_packet_sequence_id", 10},
        {"track_event", 11},
        {"interned_data", 12},
        {"sequence_flags", 13},
        {"track_descriptor", 60}}},
      {pb::TrackDescriptor::descriptor(),
       {{"uuid", 1},
        {"name", 2},
        {"process", 3},
        {"parent_uuid", 5},
        {"child_ordering", 11},
        {"sibling_order_rank", 12},
        {"description", 14},
        {"sibling_merge_behavior", 15},
        {"process_ordering", 19}}},
      {pb::ProcessDescriptor::descriptor(), {{"pid", 1}, {"process_name", 6}}},
      {pb::TrackEvent::descriptor(),
       {{"category_iids", 3},
        {"debug_annotations", 4},
        {"type", 9},
        {"name_iid", 10},
        {"track_uuid", 11},
        {"name", 23},
        {"flow_ids", 47},
        {"terminating_flow_ids", 48},
        {"callstack", 55}}},
      {pb::TrackEvent::Frame::descriptor(),
       {{"function_name", 1}, {"source_file", 2}, {"line_number", 3}}},
      {pb::TrackEvent::Callstack::descriptor(), {{"frames", 1}}},
      {pb::DebugAnnotation::descriptor(),
       {{"name_iid", 1},
        {"bool_value", 2},
        {"uint_value", 3},
        {"int_value", 4},
        {"string_value", 6}}},
      {pb::InternedData::descriptor(),
       {{"event_categories", 1},
        {"event_names", 2},
        {"debug_annotation_names", 3}}},
      {pb::InternedText::descriptor(), {{"iid", 1}, {"name", 2}}},
  };
  for (const Expected& expected : all) {
    std::map<std::string, int> fields;
    for (int i = 0; i < expected.message->field_count(); ++i) {
      const auto* field = expected.message->field(i);
      fields[std::string(field->name())] = field->number();
    }
    EXPECT_EQ(fields, expected.fields) << expected.message->full_name();
  }
}

// Perfetto's lists are not packed, and it looks for nothing else.
TEST(PerfettoTest, ListsOfNumbersAreNotPacked) {
  std::map<int, std::set<int>> types;  // by field of an event
  const pb::Trace decoded = DecodedSample();
  for (const pb::TracePacket& packet : decoded.packet()) {
    google::protobuf::UnknownFieldSet fields;
    ASSERT_TRUE(
        fields.ParseFromString(packet.track_event().SerializeAsString()));
    for (int i = 0; i < fields.field_count(); ++i) {
      types[fields.field(i).number()].insert(fields.field(i).type());
    }
  }
  using google::protobuf::UnknownField;
  EXPECT_THAT(types[3], ElementsAre(UnknownField::TYPE_VARINT));
  EXPECT_THAT(types[47], ElementsAre(UnknownField::TYPE_FIXED64));
  EXPECT_THAT(types[48], ElementsAre(UnknownField::TYPE_FIXED64));
}

TEST(PerfettoTest, ATaskIsATrackInTheProcessOfItsNode) {
  std::map<uint64_t, std::string> processes;
  std::vector<std::string> tracks;
  const pb::Trace decoded = DecodedSample();
  for (const pb::TracePacket& packet : decoded.packet()) {
    const pb::TrackDescriptor& track = packet.track_descriptor();
    if (track.has_process()) {
      processes[track.uuid()] = track.process().process_name();
    } else if (track.uuid() != 0) {
      tracks.push_back(processes[track.parent_uuid()] + ": " + track.name());
    }
  }
  EXPECT_THAT(tracks,
              ElementsAre("simulation: scheduler", "simulation: main#1",
                          "replica-1: client#2", "simulation: callbacks",
                          "simulation: helper#5", "replica-1: machine"));
}

TEST(PerfettoTest, AFailureHasItsStackOutermostFirst) {
  int failures = 0;
  const pb::Trace decoded = DecodedSample();
  for (const pb::TracePacket& packet : decoded.packet()) {
    if (!packet.track_event().has_callstack()) continue;
    ++failures;
    EXPECT_EQ(packet.track_event().name(), "FAILURE: balance is off");
    const auto& frames = packet.track_event().callstack().frames();
    ASSERT_EQ(frames.size(), 1);
    EXPECT_EQ(frames[0].function_name(), "Transfer");
    EXPECT_EQ(frames[0].source_file(), "bank/transfer.cc");
    EXPECT_EQ(frames[0].line_number(), 41u);
  }
  EXPECT_EQ(failures, 1);
}

std::vector<uint64_t> Times(ExportClock clock) {
  std::vector<uint64_t> times;
  const SimTime start;
  const SimTime later(1'000'000);
  const TaskId main(1);
  const Trace trace = ReadBack({{start, main, event::Resumed()},
                                {start, main, event::Woken{main}},
                                {later, main, event::Logged{"x", SiteText()}},
                                {later, main, event::Finished()}});
  const pb::Trace decoded = Decoded(trace, clock);
  for (const pb::TracePacket& packet : decoded.packet()) {
    if (packet.has_track_event()) times.push_back(packet.timestamp());
  }
  times.pop_back();  // the end of the trace
  return times;
}

TEST(PerfettoTest, TheHybridClockKeepsTheOrderAndNearlyTheTime) {
  EXPECT_THAT(Times(ExportClock::kHybrid),
              ElementsAre(0u, 1u, 1'000'000u, 1'000'001u));
}

TEST(PerfettoTest, TheClockOfStepsCountsEvents) {
  EXPECT_THAT(Times(ExportClock::kStep), ElementsAre(0u, 1000u, 2000u, 3000u));
}

TEST(PerfettoTest, TheSimulatedClockIsTheSimulatedClock) {
  EXPECT_THAT(Times(ExportClock::kSim),
              ElementsAre(0u, 0u, 1'000'000u, 1'000'000u));
}

TEST(PerfettoTest, ALongTextIsCutInTheNameAndWholeBesideIt) {
  const std::string text(1000, 'x');
  const Trace trace =
      ReadBack({{SimTime(), TaskId(), event::Logged{text, SiteText()}}});
  bool found = false;
  const pb::Trace decoded = Decoded(trace);
  for (const pb::TracePacket& packet : decoded.packet()) {
    if (!absl::StartsWith(packet.track_event().name(), "log: ")) continue;
    EXPECT_LT(packet.track_event().name().size(), 200u);
    for (const auto& each : packet.track_event().debug_annotations()) {
      found = found || each.string_value() == "log: " + text;
    }
  }
  EXPECT_TRUE(found);
}

TEST(PerfettoTest, ATraceOfChoicesIsRefusedWithWhatToDo) {
  const Trace trace =
      ReadBack(SampleEvents(), "choices.trace", TraceLevel::kChoices);
  const absl::Status status =
      ExportPerfetto(trace, {}, [](absl::string_view) { return true; });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("run the test with --orrery_seed=42 "
                        "--orrery_scheduler=random "
                        "--orrery_trace_level=events"));
}

TEST(PerfettoTest, AnOutputThatTakesNoMoreEndsTheExport) {
  int pieces = 0;
  std::vector<TraceEvent> events(
      100'000, {SimTime(), TaskId(), event::Logged{"again", SiteText()}});
  const absl::Status status = ExportPerfetto(
      ReadBack(events), {}, [&](absl::string_view) { return ++pieces < 3; });
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(pieces, 3);
}

// ---- The validator ----------------------------------------------------------

struct Mutation {
  const char* name;
  const char* problem;
  std::function<void(pb::Trace&)> break_it;
};

// Returns the first packet that `is` true of.
pb::TracePacket& First(pb::Trace& trace,
                       const std::function<bool(const pb::TracePacket&)>& is) {
  for (pb::TracePacket& packet : *trace.mutable_packet()) {
    if (is(packet)) return packet;
  }
  ADD_FAILURE() << "there is no such packet";
  return *trace.add_packet();
}
bool IsBegin(const pb::TracePacket& packet) {
  return packet.track_event().type() == pb::TrackEvent::TYPE_SLICE_BEGIN;
}
bool IsEnd(const pb::TracePacket& packet) {
  return packet.track_event().type() == pb::TrackEvent::TYPE_SLICE_END;
}
bool IsTrack(const pb::TracePacket& packet) {
  return packet.track_descriptor().parent_uuid() != 0;
}
bool HasFlow(const pb::TracePacket& packet) {
  return !packet.track_event().flow_ids().empty();
}

TEST(PerfettoTest, WhatIsWrongIsFound) {
  const Mutation mutations[] = {
      {"time", "its time goes back",
       [](pb::Trace& trace) {
         trace.mutable_packet(trace.packet_size() / 2)
             ->set_timestamp(9'000'000'000);
       }},
      {"no time", "has no time",
       [](pb::Trace& trace) { First(trace, IsBegin).clear_timestamp(); }},
      {"no begin", "no slice ends",
       [](pb::Trace& trace) {
         First(trace, IsBegin)
             .mutable_track_event()
             ->set_type(pb::TrackEvent::TYPE_INSTANT);
       }},
      {"no end", "slice",
       [](pb::Trace& trace) {
         First(trace, IsEnd)
             .mutable_track_event()
             ->set_type(pb::TrackEvent::TYPE_INSTANT);
       }},
      {"no type", "of no type",
       [](pb::Trace& trace) {
         First(trace, IsBegin).mutable_track_event()->clear_type();
       }},
      {"no track", "was not told",
       [](pb::Trace& trace) {
         First(trace, IsTrack).mutable_track_descriptor()->set_uuid(999);
       }},
      {"a track late", "was not told",
       [](pb::Trace& trace) {
         pb::TracePacket& track = First(trace, IsTrack);
         *trace.add_packet() = track;
         track.mutable_track_descriptor()->set_uuid(999);
       }},
      {"tracks merged", "is merged",
       [](pb::Trace& trace) {
         First(trace, IsTrack)
             .mutable_track_descriptor()
             ->clear_sibling_merge_behavior();
       }},
      {"two tracks", "is told once more",
       [](pb::Trace& trace) {
         const pb::TracePacket track = First(trace, IsTrack);
         *trace.add_packet() = track;
       }},
      {"texts lost", "was not told",
       [](pb::Trace& trace) { First(trace, IsBegin).clear_interned_data(); }},
      {"an arrow without end", "never ends",
       [](pb::Trace& trace) {
         First(trace, HasFlow).mutable_track_event()->set_flow_ids(0, 77777);
       }},
      {"an arrow without beginning", "has not begun",
       [](pb::Trace& trace) {
         First(trace, HasFlow).mutable_track_event()->clear_flow_ids();
       }},
      {"no sequence", "of no sequence",
       [](pb::Trace& trace) {
         First(trace, IsBegin).clear_trusted_packet_sequence_id();
       }},
      {"texts anew", "start anew",
       [](pb::Trace& trace) { First(trace, IsEnd).set_sequence_flags(3); }},
      {"another field", "fields that we do not know",
       [](pb::Trace& trace) {
         pb::TrackEvent* event = First(trace, IsEnd).mutable_track_event();
         event->GetReflection()->MutableUnknownFields(event)->AddVarint(12, 1);
       }},
  };
  for (const Mutation& mutation : mutations) {
    pb::Trace trace = DecodedSample();
    ASSERT_THAT(ProblemsInPerfetto(trace.SerializeAsString()), IsEmpty());
    mutation.break_it(trace);
    EXPECT_THAT(ProblemsInPerfetto(trace.SerializeAsString()),
                Contains(HasSubstr(mutation.problem)))
        << mutation.name;
  }
  EXPECT_THAT(ProblemsInPerfetto(""), Contains(HasSubstr("first byte")));
  EXPECT_THAT(ProblemsInPerfetto("\x0a\x7f{"), Contains(HasSubstr("no mess")));
}

}  // namespace
}  // namespace orrery
