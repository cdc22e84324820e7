// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StreamEnd`: what the operating system at one end of a stream knows of it.
// The other end is known by segments only, as in TCP: each may get lost, or be
// overtaken, and what gets lost is sent again. Unlike in TCP, a sender learns
// of each loss, and waits as long as it would take to notice; so nothing is
// sent twice that has arrived, and an idle stream has no timers.

#ifndef ORRERY_SIM_NET_STREAM_END_H_
#define ORRERY_SIM_NET_STREAM_END_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/byte_buffer.h"
#include "orrery/sim/net/stream_options.h"
#include "orrery/sim/net/stream_segment.h"
#include "orrery/sim/post.h"

namespace orrery {

class StreamListener;
class StreamSocket;
class StreamStack;

class StreamEnd {
 public:
  enum class State : uint8_t {
    kNone,        // of the side that listens, before it was asked
    kConnecting,  // has asked, and waits for the answer
    kAccepting,   // has said yes, and waits to hear that this has arrived
    kOpen,
    kOver,    // both sides have said that they are done
    kBroken,  // reset, given up, or gone with its machine
  };

  StreamEnd(StreamStack* stack, uint64_t connection, bool server,
            std::optional<NodeId> node, Address local, Address remote);
  StreamEnd(const StreamEnd&) = delete;
  StreamEnd& operator=(const StreamEnd&) = delete;
  ~StreamEnd();

  uint64_t connection() const { return connection_; }
  bool server() const { return server_; }
  // The machine; none if there is none at its address.
  std::optional<NodeId> node() const { return node_; }
  Address local() const { return local_; }
  Address remote() const { return remote_; }
  State state() const { return state_; }
  // Why it is broken.
  const absl::Status& status() const { return status_; }
  // Whether nothing is left to do for it.
  bool over() const {
    return user_ == nullptr && listener_ == nullptr &&
           (state_ == State::kNone || state_ == State::kOver ||
            state_ == State::kBroken);
  }

  // Who is told of changes; null: nobody any more.
  StreamSocket* user() const { return user_; }
  void set_user(StreamSocket* user) { user_ = user; }
  // Where it waits to be accepted.
  StreamListener* listener() const { return listener_; }
  void set_listener(StreamListener* listener) { listener_ = listener; }
  // The message that it owes its being to: a SYN, or the answer to one.
  void set_made_by(MessageId message) { made_by_ = message; }
  // Tells the trace that `site` has taken that message.
  void DeliverMadeBy(const SourceSite& site);

  // ---- For the program ------------------------------------------------------

  // `site`: whose doing it is, until the next call.
  void set_site(const SourceSite& site) { site_ = site; }
  const SourceSite& site() const { return site_; }

  // Asks the other end.
  void Connect();
  // Says yes.
  void Accept();
  bool CanRead() const {
    return !received_.empty() || fin_arrived_ || state_ == State::kBroken;
  }
  // Takes up to `max` bytes, but none behind the first `last`, if that is not
  // negative. "": there will be no more. What was taken is told to the trace.
  absl::StatusOr<std::string> Read(size_t max, int last);
  bool CanWrite() const {
    return unacked_.size() < send_buffer_ || fin_queued_ ||
           state_ == State::kBroken;
  }
  // Returns how many of `bytes` it took.
  absl::StatusOr<size_t> Write(absl::string_view bytes);
  // Nothing more is written.
  absl::Status ShutdownWrite();
  // Nobody reads or writes any more.
  void Close();
  // Breaks it, and tells the other end.
  void Reset(absl::Status status);
  // Breaks it, and tells nobody but the user.
  void Break(absl::Status status);
  void SetKeepAlive(const KeepAlive& keep_alive);

  // ---- For the network ------------------------------------------------------

  // A segment from the other end.
  void Receive(Segment segment, MessageId message);
  // One of its own got lost.
  void Lost(const Segment& segment);
  // An answer to it got lost, or will never come: if it waits for one it asks
  // again, once it would have noticed.
  void MissAnswer();
  void SendReset(Fault* cause = nullptr);

 private:
  struct Mark {  // a message that begins at this byte
    uint64_t offset;
    MessageId message;
  };
  struct Piece {  // what has to be sent again
    uint64_t offset;
    size_t size;
    bool fin;
  };
  struct Early {  // what has arrived before what comes before it
    std::string bytes;
    bool fin;
    MessageId message;
  };

  uint64_t written() const { return acked_ + unacked_.size(); }
  uint64_t room_end() const;
  bool WaitsForAnswer() const;
  Segment Make(SegmentKind kind) const;
  void Send(SegmentKind kind, uint64_t offset = 0,
            absl::string_view bytes = {});
  void SendPiece(const Piece& piece);
  void Flush();
  void ReceiveOpen(Segment& segment, MessageId message);
  void TakeAnswer(const Segment& segment);
  void TakeData(Segment& segment, MessageId message);
  void Append(uint64_t offset, absl::string_view bytes, bool fin,
              MessageId message);
  void Deliver(uint64_t before);
  void DropWaiting();
  void ArmRetry(SimTime since);
  void Retry();
  void StopRetrying();
  void ArmKeepAlive(int64_t nanoseconds);
  void AskIfAlive();
  void MaybeOver();

  StreamStack* stack_;
  uint64_t connection_;
  bool server_;
  std::optional<NodeId> node_;
  Address local_;
  Address remote_;
  State state_ = State::kNone;
  absl::Status status_;
  StreamSocket* user_ = nullptr;
  StreamListener* listener_ = nullptr;
  MessageId made_by_;
  SourceSite site_;

  // What goes out. Offsets count the bytes of the stream from 0.
  size_t send_buffer_;
  ByteBuffer unacked_;  // those that may not have arrived, from `acked_` on
  uint64_t acked_ = 0;  // all before have arrived
  uint64_t sent_ = 0;   // all before were sent
  uint64_t room_ = 0;   // the other end has room for all before
  bool fin_queued_ = false;  // there will be no more
  bool fin_sent_ = false;
  bool fin_acked_ = false;

  // What comes in.
  ByteBuffer received_;     // and was not read
  uint64_t read_ = 0;       // all before were read
  uint64_t arrived_ = 0;    // all before have arrived
  uint64_t told_room_ = 0;  // the other end was told of room for all before
  bool fin_arrived_ = false;
  bool closed_ = false;  // nobody reads any more
  absl::btree_map<uint64_t, Early> early_;
  std::deque<Mark> marks_;

  // What is sent again.
  std::vector<Piece> lost_;
  bool retry_armed_ = false;
  bool stuck_ = false;  // nothing has gone well since
  SimTime stuck_since_;
  int retries_ = 0;  // since then
  PostHandle retry_;

  std::optional<KeepAlive> keep_alive_;
  SimTime heard_;  // when the last segment came
  int unanswered_ = 0;
  PostHandle asking_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_STREAM_END_H_
