// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/stream_end.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/net/stream_listener.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/net/stream_stack.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

void RecordDelivered(MessageId message, const SourceSite& site) {
  if (!message) return;
  Simulation::Current("Stream").Record(event::MessageDelivered{message, site});
}

void RecordDropped(MessageId message, absl::string_view why) {
  if (!message) return;
  Simulation::Current("Stream").Record(event::MessageDropped{message, why});
}

SimTime Now() { return Simulation::Current("Stream").now(); }

}  // namespace

StreamEnd::StreamEnd(StreamStack* stack, uint64_t connection, bool server,
                     std::optional<NodeId> node, Address local, Address remote)
    : stack_(stack),
      connection_(connection),
      server_(server),
      node_(node),
      local_(local),
      remote_(remote),
      send_buffer_(stack->options().send_buffer) {}

StreamEnd::~StreamEnd() {
  retry_.Cancel();
  asking_.Cancel();
}

uint64_t StreamEnd::room_end() const {
  return read_ + stack_->options().receive_buffer;
}

// ---- For the program --------------------------------------------------------

void StreamEnd::Connect() {
  state_ = State::kConnecting;
  if (stack_->faults.connect_hang->Happens(
          stack_->FaultsFrom(*this).connect_hang)) {
    stack_->faults.connect_hang->HadEffect();
    return;
  }
  Send(SegmentKind::kSyn);
}

void StreamEnd::DeliverMadeBy(const SourceSite& site) {
  RecordDelivered(std::exchange(made_by_, {}), site);
}

void StreamEnd::Accept() {
  state_ = State::kAccepting;
  Send(SegmentKind::kSynAck);
}

absl::StatusOr<std::string> StreamEnd::Read(size_t max, int last) {
  if (received_.empty()) {
    if (!fin_arrived_) return status_;
    Deliver(arrived_ + 1);
    return std::string();
  }
  size_t size = std::min(max, received_.size());
  if (last >= 0) {
    const size_t found =
        received_.view().substr(0, size).find(static_cast<char>(last));
    if (found != absl::string_view::npos) size = found + 1;
  }
  if (size > 1 &&
      stack_->faults.short_read->Happens(stack_->FaultsTo(*this).short_read)) {
    size -= 1 + stack_->faults.short_read->Pick(size - 1);
    stack_->faults.short_read->HadEffect();
  }
  std::string bytes = received_.Take(size);
  read_ += size;
  Deliver(read_);
  if (state_ == State::kOpen && !fin_arrived_) {
    // Not for each byte: a sender that is told of a little room sends a little.
    const StreamOptions& options = stack_->options();
    const uint64_t worth_telling = std::max<uint64_t>(
        1, std::min<uint64_t>(options.receive_buffer / 2, options.segment));
    if (room_end() - told_room_ >= worth_telling) Send(SegmentKind::kAck);
  }
  return bytes;
}

absl::StatusOr<size_t> StreamEnd::Write(absl::string_view bytes) {
  if (fin_queued_) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the stream to ", remote_.ToString(), " is closed for writing"));
  }
  if (state_ == State::kBroken) return status_;
  size_t size = std::min(bytes.size(), send_buffer_ - unacked_.size());
  if (size > 1 && stack_->faults.short_write->Happens(
                      stack_->FaultsFrom(*this).short_write)) {
    size -= 1 + stack_->faults.short_write->Pick(size - 1);
    stack_->faults.short_write->HadEffect();
  }
  unacked_.Append(bytes.substr(0, size));
  Flush();
  return size;
}

absl::Status StreamEnd::ShutdownWrite() {
  if (state_ == State::kBroken) return status_;
  if (fin_queued_) return absl::OkStatus();
  fin_queued_ = true;
  if (user_ != nullptr) user_->WakeWriters();
  Flush();
  return absl::OkStatus();
}

void StreamEnd::Close() {
  user_ = nullptr;
  asking_.Cancel();
  if (state_ == State::kConnecting) {
    Break(absl::FailedPreconditionError("it was closed"));
    return;
  }
  if (state_ != State::kOpen) {
    DropWaiting();
    return;
  }
  closed_ = true;
  if (!received_.empty()) {
    // What was written here and has not arrived gets lost as well.
    Reset(absl::AbortedError("it was closed with bytes that were not read"));
    return;
  }
  DropWaiting();
  fin_queued_ = true;
  Flush();
  MaybeOver();
}

void StreamEnd::Reset(absl::Status status) {
  if (state_ == State::kOpen || state_ == State::kAccepting) SendReset();
  Break(std::move(status));
}

void StreamEnd::Break(absl::Status status) {
  if (state_ == State::kBroken) return;
  if (state_ == State::kAccepting && listener_ != nullptr) {
    std::exchange(listener_, nullptr)->GivenUp(this);
  }
  state_ = State::kBroken;
  status_ = std::move(status);
  unacked_.Clear();
  lost_.clear();
  StopRetrying();
  asking_.Cancel();
  for (const auto& [offset, early] : early_) {
    RecordDropped(early.message, "the connection is broken");
  }
  early_.clear();
  stack_->MissAnswer(*this);
  if (user_ != nullptr) {
    user_->WakeReaders();
    user_->WakeWriters();
  } else if (listener_ == nullptr) {
    DropWaiting();
  }
}

// ---- For the network: what comes in -----------------------------------------

void StreamEnd::Receive(Segment segment, MessageId message) {
  heard_ = Now();
  unanswered_ = 0;
  if (segment.kind == SegmentKind::kReset) {
    RecordDelivered(message, SourceSite());
    if (state_ == State::kOver) return;
    if (segment.cause != nullptr) segment.cause->HadEffect();
    Break(state_ == State::kConnecting
              ? absl::UnavailableError(
                    absl::StrCat(remote_.ToString(), " refused to connect"))
              : absl::AbortedError(
                    absl::StrCat("the connection to ", remote_.ToString(),
                                 " was reset by the other end")));
    return;
  }
  switch (state_) {
    case State::kConnecting:
      if (segment.kind != SegmentKind::kSynAck) {
        RecordDropped(message, "it is not expected");
        return;
      }
      state_ = State::kOpen;
      made_by_ = message;
      StopRetrying();
      room_ = segment.room;
      Send(SegmentKind::kAck);
      if (user_ != nullptr) user_->WakeWriters();
      return;
    case State::kAccepting:
      if (segment.kind == SegmentKind::kSyn) {  // asked once more
        RecordDropped(message, "has arrived before");
        Send(SegmentKind::kSynAck);
        return;
      }
      state_ = State::kOpen;
      StopRetrying();
      if (listener_ != nullptr) listener_->Established(this);
      ReceiveOpen(segment, message);
      return;
    case State::kOpen:
      ReceiveOpen(segment, message);
      return;
    case State::kOver:
      RecordDropped(message, "has arrived before");
      if (segment.kind != SegmentKind::kAck) Send(SegmentKind::kAck);
      return;
    case State::kNone:
    case State::kBroken:
      return;
  }
}

void StreamEnd::ReceiveOpen(Segment& segment, MessageId message) {
  switch (segment.kind) {
    case SegmentKind::kSyn:
    case SegmentKind::kSynAck:
      RecordDropped(message, "has arrived before");
      Send(SegmentKind::kAck);
      return;
    case SegmentKind::kProbe:
      RecordDelivered(message, SourceSite());
      TakeAnswer(segment);
      Send(SegmentKind::kAck);
      break;
    case SegmentKind::kData:
    case SegmentKind::kFin:
      TakeAnswer(segment);
      TakeData(segment, message);
      break;
    default:
      TakeAnswer(segment);
  }
  Flush();
  MaybeOver();
}

void StreamEnd::TakeAnswer(const Segment& segment) {
  const uint64_t before = acked_;
  bool progress = segment.room > room_;
  room_ = std::max(room_, segment.room);
  const uint64_t arrived = std::min(segment.arrived, written());
  if (arrived > acked_) {
    unacked_.Drop(arrived - acked_);
    acked_ = arrived;
  }
  if (fin_sent_ && !fin_acked_ && segment.arrived > written()) {
    fin_acked_ = progress = true;
  }
  progress |= acked_ != before;
  if (acked_ != before && user_ != nullptr) user_->WakeWriters();
  if (!stuck_) return;
  if (!progress && acked_ < sent_) return;
  // It may stand before a full buffer for as long as it is told so.
  const bool full = sent_ < written() && sent_ >= room_;
  if (acked_ == sent_ && fin_sent_ == fin_acked_ && !full) {
    StopRetrying();
  } else {
    retries_ = 0;
    stuck_since_ = Now();
  }
}

void StreamEnd::TakeData(Segment& segment, MessageId message) {
  const bool fin = segment.kind == SegmentKind::kFin;
  const uint64_t end = segment.offset + segment.bytes.size();
  if (fin ? fin_arrived_ : end <= arrived_) {
    RecordDropped(message, "has arrived before");
    Send(SegmentKind::kAck);
    return;
  }
  if (closed_ && !fin) {
    RecordDropped(message, "nobody reads it");
    Reset(absl::AbortedError("bytes came after it was closed"));
    return;
  }
  if (segment.offset > arrived_) {
    const auto [at, added] = early_.try_emplace(
        segment.offset, Early{std::move(segment.bytes), fin, message});
    if (!added) RecordDropped(message, "has arrived before");
    Send(SegmentKind::kAck);
    return;
  }
  Append(segment.offset, segment.bytes, fin, message);
  while (!early_.empty() && early_.begin()->first <= arrived_) {
    const auto next = early_.begin();
    Append(next->first, next->second.bytes, next->second.fin,
           next->second.message);
    early_.erase(next);
  }
  Send(SegmentKind::kAck);
  if (user_ != nullptr) user_->WakeReaders();
}

void StreamEnd::Append(uint64_t offset, absl::string_view bytes, bool fin,
                       MessageId message) {
  if (fin) {
    fin_arrived_ = true;
    if (closed_) {
      RecordDelivered(message, SourceSite());
    } else {
      marks_.push_back({offset, message});
    }
    return;
  }
  const uint64_t known = arrived_ - offset;
  if (known >= bytes.size()) {
    RecordDropped(message, "has arrived before");
    return;
  }
  marks_.push_back({arrived_, message});
  received_.Append(bytes.substr(known));
  arrived_ += bytes.size() - known;
}

// Tells the trace that the messages were read that begin before `before`.
void StreamEnd::Deliver(uint64_t before) {
  while (!marks_.empty() && marks_.front().offset < before) {
    RecordDelivered(marks_.front().message, site_);
    marks_.pop_front();
  }
}

// What has arrived is not read any more.
void StreamEnd::DropWaiting() {
  RecordDropped(std::exchange(made_by_, {}), "nobody accepts it");
  for (const Mark& mark : marks_) {
    RecordDropped(mark.message, "nobody reads it");
  }
  marks_.clear();
  received_.Clear();
}

void StreamEnd::MaybeOver() {
  if (state_ != State::kOpen || !closed_ || !fin_acked_ || !fin_arrived_) {
    return;
  }
  state_ = State::kOver;
  StopRetrying();
}

}  // namespace orrery
