#include "tls/batched_output.hpp"

#include <cerrno>
#include <memory>

#include <openssl/bio.h>
#include <sys/socket.h>

namespace sallyport::tls {

namespace {

constexpr std::size_t batch = 256 << 10;  // then it is sent
constexpr std::size_t kept_buffers = 8;   // by a thread, for the next turn

BatchedOutput& output_of(BIO* bio) {
  return *static_cast<BatchedOutput*>(BIO_get_data(bio));
}

int write_record(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  auto& output = output_of(bio);
  if (output.put({reinterpret_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size)})) return size;
  if (output.error() == 0) BIO_set_retry_write(bio);
  errno = output.error();
  return -1;
}

// Handshake messages and alerts leave at once.
long control(BIO* bio, int command, long, void*) {
  if (command != BIO_CTRL_FLUSH) return command == BIO_CTRL_DUP ? 1 : 0;
  BIO_clear_retry_flags(bio);
  auto& output = output_of(bio);
  if (output.flush()) return 1;
  if (output.error() == 0) BIO_set_retry_write(bio);
  errno = output.error();
  return -1;
}

struct FreeMethod {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

BIO_METHOD* method() {
  static const std::unique_ptr<BIO_METHOD, FreeMethod> made = [] {
    std::unique_ptr<BIO_METHOD, FreeMethod> method(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "batched output"));
    if (!method) return method;
    BIO_meth_set_write(method.get(), write_record);
    BIO_meth_set_ctrl(method.get(), control);
    return method;
  }();
  return made.get();
}

}  // namespace

Bytes OutputBuffers::take() {
  if (free_.empty()) return {};
  auto taken = std::move(free_.back());
  free_.pop_back();
  return taken;
}

void OutputBuffers::give_back(Bytes buffer) {
  buffer.clear();
  if (free_.size() < kept_buffers) free_.push_back(std::move(buffer));
}

bool BatchedOutput::put(ByteView record) {
  // What could not be sent waits for the socket, and all else behind it.
  if (blocked_ || pending_.size() + record.size() > batch) {
    if (!flush()) return false;
  }
  if (error_ != 0) return false;
  if (pending_.capacity() == 0) pending_ = buffers_.take();
  pending_.insert(pending_.end(), record.begin(), record.end());
  return true;
}

bool BatchedOutput::flush() {
  blocked_ = false;
  while (sent_ < pending_.size() && error_ == 0) {
    const auto rest = ByteView(pending_).subspan(sent_);
    const auto size = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size >= 0) {
      sent_ += static_cast<std::size_t>(size);
    } else if (errno == EAGAIN) {
      blocked_ = true;
      return false;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  if (error_ != 0) return false;
  if (pending_.capacity() != 0) buffers_.give_back(std::exchange(pending_, {}));
  sent_ = 0;
  return true;
}

bio_st* new_batched_bio(BatchedOutput& output) {
  BIO* bio = method() != nullptr ? BIO_new(method()) : nullptr;
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, &output);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace sallyport::tls
