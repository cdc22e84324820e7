// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What an end sends, and sends again.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "orrery/sim/net/stream_end.h"
#include "orrery/sim/net/stream_stack.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

SimTime Now() { return Simulation::Current("Stream").now(); }

}  // namespace

// ---- What goes out ----------------------------------------------------------

Segment StreamEnd::Make(SegmentKind kind) const {
  Segment segment;
  segment.kind = kind;
  segment.sent_at = Now();
  segment.by_server = server_;
  segment.connection = connection_;
  segment.arrived = arrived_ + (fin_arrived_ ? 1 : 0);
  segment.room = told_room_;
  return segment;
}

void StreamEnd::Send(SegmentKind kind, uint64_t offset,
                     absl::string_view bytes) {
  // What a probe says may get lost for good.
  if (kind != SegmentKind::kProbe) told_room_ = room_end();
  Segment segment = Make(kind);
  segment.offset = offset;
  segment.bytes = std::string(bytes);
  stack_->Send(*this, std::move(segment));
}

void StreamEnd::SendReset(Fault* cause) {
  Segment segment = Make(SegmentKind::kReset);
  segment.cause = cause;
  stack_->Send(*this, std::move(segment));
}

void StreamEnd::SendPiece(const Piece& piece) {
  if (piece.fin) {
    Send(SegmentKind::kFin, piece.offset);
    return;
  }
  // What has arrived meanwhile is not here any more.
  const uint64_t begin = std::max(piece.offset, acked_);
  const uint64_t end = piece.offset + piece.size;
  if (begin >= end) return;
  Send(SegmentKind::kData, begin,
       unacked_.view().substr(begin - acked_, end - begin));
}

// Sends what may be sent and has not been.
void StreamEnd::Flush() {
  if (state_ != State::kOpen) return;
  while (sent_ < std::min(written(), room_)) {
    const StreamFaults& chances = stack_->FaultsFrom(*this);
    if (stack_->faults.reset->Happens(chances.reset)) {
      stack_->faults.reset->HadEffect();
      SendReset(stack_->faults.reset);
      Break(absl::AbortedError(
          absl::StrCat("the connection to ", remote_.ToString(), " broke")));
      return;
    }
    Piece piece;
    piece.offset = sent_;
    piece.size = std::min<uint64_t>(stack_->options().segment,
                                    std::min(written(), room_) - sent_);
    piece.fin = false;
    sent_ += piece.size;
    SendPiece(piece);
  }
  if (fin_queued_ && !fin_sent_ && sent_ == written()) {
    fin_sent_ = true;
    Send(SegmentKind::kFin, sent_);
  }
}

// Whether the other end owes an answer, or room that it does not have yet.
bool StreamEnd::WaitsForAnswer() const {
  switch (state_) {
    case State::kConnecting:
    case State::kAccepting:
      return true;
    case State::kOpen:
      return acked_ < written() || (fin_sent_ && !fin_acked_);
    default:
      return false;
  }
}

void StreamEnd::Lost(const Segment& segment) {
  switch (segment.kind) {
    case SegmentKind::kSyn:
      if (state_ == State::kConnecting) ArmRetry(segment.sent_at);
      break;
    case SegmentKind::kSynAck:
      if (state_ == State::kAccepting) ArmRetry(segment.sent_at);
      break;
    case SegmentKind::kData:
    case SegmentKind::kFin:
      if (state_ != State::kOpen) break;
      lost_.push_back({segment.offset, segment.bytes.size(),
                       segment.kind == SegmentKind::kFin});
      ArmRetry(segment.sent_at);
      break;
    case SegmentKind::kProbe:
      if (!segment.keep_alive) MissAnswer();
      break;
    case SegmentKind::kAck:
    case SegmentKind::kReset:
      break;
  }
}

void StreamEnd::MissAnswer() {
  if (WaitsForAnswer()) ArmRetry(Now());
}

// `since`: when that was sent which got lost.
void StreamEnd::ArmRetry(SimTime since) {
  if (retry_armed_) return;
  const StreamOptions& options = stack_->options();
  const bool open = state_ == State::kOpen;
  int64_t wait =
      ToNanoseconds(open ? options.retry_after : options.connect_retry_after);
  const int64_t most = ToNanoseconds(options.retry_at_most);
  for (int i = 0; i < retries_ && wait < most; ++i) wait *= 2;
  wait = std::min(wait, most);
  // It may have been on its way for longer than that: then it is time now.
  since = std::max(since, SimTime(Now().ns - wait));
  if (!stuck_) stuck_since_ = since;
  stuck_ = true;
  const SimTime limit =
      After(stuck_since_, ToNanoseconds(open ? options.give_up_after
                                             : options.connect_give_up_after));
  wait = std::min(After(since, wait), limit).ns - Now().ns;
  ++retries_;
  retry_armed_ = true;
  retry_ = stack_->PostIn(wait, [this] {
    StreamStack* stack = stack_;
    const uint64_t connection = connection_;
    Retry();
    stack->MaybeForget(connection);
  });
}

void StreamEnd::StopRetrying() {
  retry_.Cancel();
  retry_armed_ = stuck_ = false;
  retries_ = 0;
}

void StreamEnd::Retry() {
  retry_armed_ = false;
  if (!WaitsForAnswer()) return;
  const StreamOptions& options = stack_->options();
  const bool open = state_ == State::kOpen;
  if (Now() >= After(stuck_since_,
                     ToNanoseconds(open ? options.give_up_after
                                        : options.connect_give_up_after))) {
    Break(absl::DeadlineExceededError(
        absl::StrCat(open ? "the connection to " : "connecting to ",
                     remote_.ToString(), " timed out")));
    return;
  }
  if (!open) {
    Send(state_ == State::kConnecting ? SegmentKind::kSyn
                                      : SegmentKind::kSynAck);
    return;
  }
  const std::vector<Piece> lost = std::exchange(lost_, {});
  if (lost.empty()) Send(SegmentKind::kProbe);
  for (const Piece& piece : lost) SendPiece(piece);
}

// ---- Keep-alive -------------------------------------------------------------

void StreamEnd::SetKeepAlive(const KeepAlive& keep_alive) {
  asking_.Cancel();
  keep_alive_ = keep_alive;
  heard_ = Now();
  unanswered_ = 0;
  if (state_ == State::kOpen) ArmKeepAlive(ToNanoseconds(keep_alive.after));
}

void StreamEnd::ArmKeepAlive(int64_t nanoseconds) {
  asking_ = stack_->PostIn(nanoseconds, [this] { AskIfAlive(); });
}

void StreamEnd::AskIfAlive() {
  if (state_ != State::kOpen) return;
  if (unanswered_ == 0) {
    const int64_t silent = Now().ns - heard_.ns;
    const int64_t after = ToNanoseconds(keep_alive_->after);
    if (silent < after) {
      ArmKeepAlive(after - silent);
      return;
    }
  }
  if (unanswered_ >= keep_alive_->times) {
    Break(absl::DeadlineExceededError(
        absl::StrCat("the connection to ", remote_.ToString(),
                     " timed out: ", unanswered_, " questions unanswered")));
    return;
  }
  ++unanswered_;
  Segment segment = Make(SegmentKind::kProbe);
  segment.keep_alive = true;
  stack_->Send(*this, std::move(segment));
  ArmKeepAlive(ToNanoseconds(keep_alive_->every));
}

}  // namespace orrery
