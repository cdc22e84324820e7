// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_json.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::Not;

TraceEvent Log(absl::string_view text) {
  return {SimTime(1'500'000'000), TaskId(7),
          event::Logged{text, {"a.cc", "F", 3}}};
}

// Reads JSON with protobuf's parser, which knows all that JSON may hold.
template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message).ok())
      << json;
  return message;
}

TEST(TraceJsonTest, AnEventIsOneLineOfJsonWithEveryKey) {
  EXPECT_EQ(EventAs(EventFormat::kJson, 12, Log("hello"), {}),
            "{\"index\":12,\"time_ns\":1500000000,\"task\":\"task#7\","
            "\"kind\":\"log\",\"text\":\"log: hello\",\"site\":\"a.cc:3 F\"}");
  EXPECT_EQ(EventAs(EventFormat::kJson, 0,
                    {SimTime(), TaskId(), event::Resumed()}, {}),
            "{\"index\":0,\"time_ns\":0,\"task\":\"loop\","
            "\"kind\":\"resumed\",\"text\":\"runs\",\"site\":\"\"}");
}

TEST(TraceJsonTest, AnEventIsOneLineOfTextProto) {
  EXPECT_EQ(EventAs(EventFormat::kTextProto, 12, Log("hello"), {}),
            "index: 12 time_ns: 1500000000 task: \"task#7\" kind: \"log\" "
            "text: \"log: hello\" site: \"a.cc:3 F\"");
}

TEST(TraceJsonTest, WithoutPlacesNoPlaceIsShown) {
  EXPECT_THAT(EventAs(EventFormat::kJson, 12, Log("hello"), {}, false),
              HasSubstr("\"site\":\"\""));
  EXPECT_THAT(EventAs(EventFormat::kTextProto, 12, Log("hello"), {}, false),
              Not(HasSubstr("site")));
}

TEST(TraceJsonTest, EveryEventComesBackThroughEitherFormat) {
  const Trace trace = ReadBack(SampleEvents());
  TraceNames names;
  for (size_t i = 0; i < trace.events.size(); ++i) {
    const TraceEvent& event = trace.events[i];
    names.Learn(event);
    const std::string json = EventAs(EventFormat::kJson, i, event, names);
    const std::string text = EventAs(EventFormat::kTextProto, i, event, names);
    EXPECT_FALSE(absl::StrContains(json, "\n"));
    EXPECT_FALSE(absl::StrContains(text, "\n"));
    const auto printed = FromJson<traces::v1::PrintedEvent>(json);
    EXPECT_EQ(printed.index(), i);
    EXPECT_EQ(printed.time_ns(), event.time.ns);
    EXPECT_EQ(printed.task(), names.Task(event.task));
    EXPECT_EQ(printed.kind(), EventKindName(event));
    EXPECT_EQ(printed.text(), EventText(event, names));
    EXPECT_EQ(printed.site(), EventSite(event));
    traces::v1::PrintedEvent from_text;
    ASSERT_TRUE(
        google::protobuf::TextFormat::ParseFromString(text, &from_text));
    EXPECT_EQ(from_text.SerializeAsString(), printed.SerializeAsString());
  }
}

TEST(TraceJsonTest, WhatWouldEndAStringIsEscaped) {
  const std::string json =
      EventAs(EventFormat::kJson, 1, Log("say \"hi\" to C:\\new\there"), {});
  EXPECT_THAT(json, HasSubstr("say \\\"hi\\\" to C:\\\\new\\u0009here"));
  EXPECT_EQ(FromJson<traces::v1::PrintedEvent>(json).text(),
            "log: say \"hi\" to C:\\new\there");
}

TEST(TraceJsonTest, Utf8StaysAndWhatIsNoneIsReplaced) {
  const struct {
    std::string text;
    std::string shown;
  } kCases[] = {
      {"\x7f", "\\x7f"},  // a control character, shown as `print` shows it
      {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
       "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
      {"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
       "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"},
      {"caf\xe9", "caf?"},           // Latin-1
      {"\xc3", "?"},                 // cut short
      {"\xe2\x82", "??"},            // cut short
      {"\xc0\x80", "??"},            // longer than it has to be
      {"\xe0\x9f\xbf", "???"},       // the same
      {"\xf0\x8f\xbf\xbf", "????"},  // the same
      {"\xed\xa0\x80", "???"},       // half a surrogate pair
      {"\xf4\x90\x80\x80", "????"},  // past the last character
      {"\xf5\x80\x80\x80", "????"},
      {"a\x80z", "a?z"},
  };
  for (const auto& c : kCases) {
    std::string expected = "log: ";
    for (char ch : c.shown) {
      expected += ch == '?' ? std::string("\xef\xbf\xbd") : std::string(1, ch);
    }
    const std::string json = EventAs(EventFormat::kJson, 1, Log(c.text), {});
    EXPECT_EQ(FromJson<traces::v1::PrintedEvent>(json).text(), expected);
    traces::v1::PrintedEvent printed;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        EventAs(EventFormat::kTextProto, 1, Log(c.text), {}), &printed));
    EXPECT_EQ(printed.text(), expected);
  }
}

TEST(TraceJsonTest, InfoHasEveryKeyAndWhatIsTooLargeForANumberAsAString) {
  Trace trace = ReadBack(SampleEvents());
  trace.size = 1234;
  trace.header.seed = Seed(18446744073709551615u);
  EXPECT_EQ(InfoAsJson(trace),
            "{\"file\":\"sample.trace\",\"bytes\":1234,\"version\":1,"
            "\"level\":\"events\",\"target\":\"//bank:transfer_test\","
            "\"suite\":\"Bank\",\"test\":\"KeepsItsBalance\",\"param\":\"2\","
            "\"run\":6,\"seed\":\"18446744073709551615\","
            "\"scheduler\":\"random\",\"events\":78,\"choices\":2,"
            "\"outcome\":\"failed\",\"steps\":12,\"elapsed_ns\":1500000001,"
            "\"schedule_digest\":\"0123456789abcdef\","
            "\"data_digest\":\"fedcba9876543210\","
            "\"failure\":\"balance is off\\u000aby 3\",\"damage\":\"\","
            "\"unknown_events\":0,\"not_done_count\":4,\"not_done\":["
            "{\"task\":\"main#1\",\"wait\":\"task\","
            "\"text\":\"waits for task client#2\",\"held_by\":\"\","
            "\"due_ns\":0,\"stack\":[\"bank/transfer.cc:41 Transfer\","
            "\"bank/main.cc:9 Main\"],\"spawned_at\":\"\","
            "\"awaited_by\":[]},"
            "{\"task\":\"client#2\",\"wait\":\"mutex\","
            "\"text\":\"waits for Mutex \\\"state\\\" held by helper#5\","
            "\"held_by\":\"helper#5\",\"due_ns\":0,"
            "\"stack\":[\"bank/transfer.cc:300 Transfer\"],"
            "\"spawned_at\":\"bank/transfer.cc:40 Transfer\","
            "\"awaited_by\":[\"main#1\"]},"
            "{\"task\":\"helper#5\",\"wait\":\"sleep\","
            "\"text\":\"sleeps until 2.500s\",\"held_by\":\"\","
            "\"due_ns\":2500000000,\"stack\":[],"
            "\"spawned_at\":\"bank/transfer.cc:300 Transfer\","
            "\"awaited_by\":[]},"
            "{\"task\":\"busy#6\",\"wait\":\"nothing\","
            "\"text\":\"is running\",\"held_by\":\"\",\"due_ns\":0,"
            "\"stack\":[],\"spawned_at\":\"\",\"awaited_by\":[]}],"
            "\"first_event\":0,\"recovered\":\"\"}");
  FromJson<traces::v1::PrintedInfo>(InfoAsJson(trace));
}

TEST(TraceJsonTest, InfoOfATraceWithoutAnEndIsUnknown) {
  Trace trace;
  trace.name = "caf\xe9";
  trace.damage = "cut";
  const auto info = FromJson<traces::v1::PrintedInfo>(InfoAsJson(trace));
  EXPECT_EQ(info.file(), "caf\xef\xbf\xbd");
  EXPECT_EQ(info.level(), "choices");
  EXPECT_EQ(info.outcome(), "unknown");
  EXPECT_EQ(info.schedule_digest(), "");
  EXPECT_EQ(info.damage(), "cut");
  EXPECT_EQ(info.not_done_size(), 0);
}

TEST(TraceJsonTest, InfoTakesTasksAsTheyComeAndMakesThemUtf8) {
  Trace trace;
  TaskReport& task = trace.not_done.emplace_back();
  task.name = "caf\xe9#1";
  task.stack = {"a\"b.cc:1 \xff"};
  task.awaited_by = {"caf\xe9#2", ""};
  trace.not_done_count = 7;
  const auto info = FromJson<traces::v1::PrintedInfo>(InfoAsJson(trace));
  EXPECT_EQ(info.not_done_count(), 7u);
  ASSERT_EQ(info.not_done_size(), 1);
  EXPECT_EQ(info.not_done(0).task(), "caf\xef\xbf\xbd#1");
  ASSERT_EQ(info.not_done(0).stack_size(), 1);
  EXPECT_EQ(info.not_done(0).stack(0), "a\"b.cc:1 \xef\xbf\xbd");
  ASSERT_EQ(info.not_done(0).awaited_by_size(), 2);
  EXPECT_EQ(info.not_done(0).awaited_by(1), "");
}

}  // namespace
}  // namespace orrery
