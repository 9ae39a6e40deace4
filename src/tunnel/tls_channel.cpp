#include "tunnel/tls_channel.hpp"

#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sallyport::tunnel {

namespace {

using tls::Step;

// What waits in the kernel delays what is sent next: at 20 Mbit/s each 128 KB are 50 ms.
constexpr int not_sent_low_water = 128 << 10;
// A DPD response is as long as the request: room for two of the longest.
constexpr std::size_t max_control_bytes = 2 * proto::max_cstp_frame;
constexpr std::size_t max_control_frames = 64;

// A socket that is not TCP (in tests) says no, which is no harm.
void set_options(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &not_sent_low_water, sizeof not_sent_low_water);
}

}  // namespace

TlsChannel::TlsChannel(std::shared_ptr<const tls::Library> library, Descriptor socket,
                       tls::Connection connection, tls::OutputBuffers& buffers)
    : library_(std::move(library)),
      socket_(std::move(socket)),
      connection_(std::move(connection)),
      control_(max_control_bytes, max_control_frames),
      data_(proto::max_cstp_frame, 1) {
  set_options(socket_.number());
  connection_.read_ahead();
  // Without memory for it records leave one by one.
  (void)connection_.batch_output(socket_.number(), buffers);
}

TlsChannel::~TlsChannel() {
  if (library_) library_->leave_thread();
}

Step TlsChannel::read_record(MutableByteView buffer, std::size_t& size) {
  size = 0;
  // With a frame half written, OpenSSL would take the answer to a hello for the rest of it. Where it can't be
  // written any more, what the peer had said before is read all the same.
  const bool held_up = may_be_renegotiated_ && output_ == Step::want_write && !finish_frame();
  if (held_up && !is_broken()) return Step::want_write;
  const auto step = connection_.read(buffer, size);
  if (step == Step::done) reader_.add(buffer.first(size));
  return step;
}

// True: OpenSSL has taken the whole frame. It may take parts if the peer asked for small records (RFC 6066).
bool TlsChannel::write(ByteView frame) {
  while (written_ < frame.size()) {
    std::size_t size = 0;
    output_ = connection_.write(frame.subspan(written_), size);
    if (output_ != Step::done) return false;
    written_ += size;
  }
  written_ = 0;
  return true;
}

void TlsChannel::send(ByteView frame) {
  if (write(frame)) return;
  data_.push(frame);
  writing_ = &data_;
}

void TlsChannel::push() {
  const auto step = connection_.flush_output();
  if (step == Step::failed) output_ = step;
}

void TlsChannel::send_control(ByteView frame) {
  const bool idle = !has_output();
  control_.push(frame);
  if (idle) flush();
}

// False: a frame is half written, still.
bool TlsChannel::finish_frame() {
  if (writing_ == nullptr) return true;
  if (!write(writing_->front())) return false;
  writing_->pop();
  writing_ = nullptr;
  return true;
}

FrameQueue* TlsChannel::next_queue() {
  if (!control_.empty()) return &control_;
  return data_.empty() ? nullptr : &data_;
}

void TlsChannel::flush() {
  do {
    if (!finish_frame()) return push();
    begin_renewal();
    writing_ = next_queue();
  } while (writing_ != nullptr);
  push();
  if (hanging_up_) finish_hang_up();
}

void TlsChannel::renew(proto::RekeyAction how) {
  wanted_ = how;
  if (writing_ == nullptr) begin_renewal();
}

void TlsChannel::begin_renewal() {
  const auto how = std::exchange(wanted_, proto::RekeyAction::none);
  if (how == proto::RekeyAction::key_update) output_ = connection_.key_update();
  if (how != proto::RekeyAction::renegotiate) return;
  if (auto begun = connection_.renegotiate(); !begun) renewal_failure_ = std::move(begun).error();
}

void TlsChannel::allow_renegotiation(bool allowed) {
  may_be_renegotiated_ = allowed;
  connection_.allow_renegotiation(allowed);
}

void TlsChannel::hang_up(const proto::Disconnect& say) {
  control_.cut_to(writing_ == &control_ ? 1 : 0);
  data_.cut_to(writing_ == &data_ ? 1 : 0);
  control_.push(proto::cstp_disconnect(say));
  hanging_up_ = true;
  flush();
}

void TlsChannel::finish_hang_up() {
  if (!has_said_goodbye_) {
    output_ = connection_.shutdown();
    if (output_ == Step::want_read || output_ == Step::want_write) return;
    has_said_goodbye_ = true;
  }
  if (connection_.flush_output() == Step::want_write) return;
  ::shutdown(socket_.number(), SHUT_WR);
  hanging_up_ = false;
}

}  // namespace sallyport::tunnel
