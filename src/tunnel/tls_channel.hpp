// A tunnel's TLS connection and its socket: frames in and out. Each frame sent is one record, because
// openconnect and ocserv take one read for one frame. Records leave together, with push(). Nothing waits here
// but control frames and one frame of data: what else the socket does not take is its owner's to keep.
//
// The socket is watched edge-triggered: whoever owns the channel reads until want_read after each event, and
// flushes after each event that says writable.
#pragma once

#include <memory>
#include <optional>

#include "base/descriptor.hpp"
#include "proto/cstp_frame.hpp"
#include "proto/rekey.hpp"
#include "tls/connection.hpp"
#include "tls/library.hpp"
#include "tunnel/frame_queue.hpp"

namespace sallyport::tunnel {

class TlsChannel {
 public:
  TlsChannel(std::shared_ptr<const tls::Library> library, Descriptor socket, tls::Connection connection,
             tls::OutputBuffers& buffers);

  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;
  ~TlsChannel();

  int socket() const { return socket_.number(); }
  const tls::Connection& connection() const { return connection_; }
  const Error& error() const { return connection_.error(); }

  // Reads the next record into `buffer`, which must hold one (max_cstp_frame) and stay until next_frame()
  // says incomplete; `size`: how much of it. Anything but done: there is none.
  tls::Step read_record(MutableByteView buffer, std::size_t& size);
  void add_plaintext(MutableByteView bytes) { reader_.add(bytes); }
  proto::CstpReader::Next next_frame() { return reader_.next(); }
  bool gives_copies() const { return reader_.gives_copies(); }

  // A frame with its header, unless the channel is full. It leaves with push().
  void send(ByteView frame);
  void push();
  bool is_full() const { return has_output(); }
  // Goes ahead of queued data, but not into a frame that is half written. Dropped if the peer lets too many
  // of them wait.
  void send_control(ByteView frame);
  void flush();
  bool has_output() const { return writing_ != nullptr || !control_.empty() || !data_.empty(); }
  // Output waits for reads rather than for the socket: flush() after reading.
  bool output_wants_read() const {
    return output_ == tls::Step::want_read || (writing_ == nullptr && has_output());
  }
  // Output failed. What the peer had said before can still be read.
  bool is_broken() const { return output_ == tls::Step::failed || output_ == tls::Step::closed; }

  // At the client, key_update or renegotiate: new keys between two frames, at once or in the flush that ends
  // the frame which is half written. A renegotiation then needs reads, even where nothing has come; frames
  // wait for its end.
  void renew(proto::RekeyAction how);
  bool is_renewing() const { return wanted_ != proto::RekeyAction::none || connection_.renegotiating(); }
  const std::optional<Error>& renewal_failure() const { return renewal_failure_; }
  void allow_renegotiation(bool allowed);  // at the gateway

  // Gives up queued data, says DISCONNECT and close_notify, and shuts the sending side down; as far as the
  // socket takes it, the rest with flush(). The peer's end is awaited by reading on: a socket closed with
  // bytes unread would be reset, and the reset can overtake what was said.
  void hang_up(const proto::Disconnect& say);
  void close() { socket_.close(); }  // nothing may be called after this

 private:
  bool write(ByteView frame);
  bool finish_frame();
  void begin_renewal();
  void finish_hang_up();
  FrameQueue* next_queue();

  std::shared_ptr<const tls::Library> library_;  // outlives the connection
  Descriptor socket_;
  tls::Connection connection_;
  proto::CstpReader reader_;

  FrameQueue control_;
  FrameQueue data_;                // one frame at most
  FrameQueue* writing_ = nullptr;  // whose first frame OpenSSL has seen: no other may come before its end
  std::size_t written_ = 0;        // of that frame
  tls::Step output_ = tls::Step::done;
  bool hanging_up_ = false;
  bool has_said_goodbye_ = false;
  proto::RekeyAction wanted_ = proto::RekeyAction::none;  // once no frame is half written
  std::optional<Error> renewal_failure_;
  bool may_be_renegotiated_ = false;
};

}  // namespace sallyport::tunnel
