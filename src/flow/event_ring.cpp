#include "flow/event_ring.hpp"

#include <string>

namespace sallyport::flow {

namespace {

constexpr std::size_t size_bytes = 2;
constexpr std::uint8_t is_number = 0xff;  // in place of a word's length

void put(std::vector<std::uint8_t>& form, std::uint64_t value, std::size_t bytes) {
  for (; bytes > 0; --bytes, value >>= 8U) form.push_back(static_cast<std::uint8_t>(value));
}

template <class Clock>
void put(std::vector<std::uint8_t>& form, std::chrono::time_point<Clock> time) {
  put(form, static_cast<std::uint64_t>(time.time_since_epoch().count()), sizeof(std::int64_t));
}

void put(std::vector<std::uint8_t>& form, const Field& field) {
  put(form, static_cast<std::uint64_t>(field.name), 1);
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    form.push_back(is_number);
    put(form, static_cast<std::uint64_t>(*number), sizeof *number);
    return;
  }
  const auto word = std::get<Word>(field.value).view();
  put(form, word.size(), 1);
  form.insert(form.end(), word.begin(), word.end());
}

// Its size first.
std::vector<std::uint8_t> form_of(const Event& event) {
  std::vector<std::uint8_t> form(size_bytes);
  put(form, event.time);
  put(form, event.moment);
  put(form, event.attempt, sizeof event.attempt);
  put(form, static_cast<std::uint64_t>(event.phase), 1);
  put(form, static_cast<std::uint64_t>(event.step), 1);
  put(form, static_cast<std::uint64_t>(event.direction), 1);
  put(form, event.fields().size(), 1);
  for (const auto& field : event.fields()) put(form, field);
  form[0] = static_cast<std::uint8_t>(form.size());
  form[1] = static_cast<std::uint8_t>(form.size() >> 8U);
  return form;
}

}  // namespace

class EventRing::Reader {
 public:
  Reader(const EventRing& ring, std::size_t at) : ring_(ring), at_(at) {}

  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{byte()} << (8U * i);
    return value;
  }

  Event event() {
    (void)number(size_bytes);
    const auto wall = time<std::chrono::system_clock>();
    const auto moment = time<std::chrono::steady_clock>();
    const auto attempt = number(sizeof(std::uint64_t));
    const auto phase = static_cast<Phase>(byte());
    const auto step = static_cast<Step>(byte());
    Event event(attempt, phase, step, static_cast<Direction>(byte()));
    event.time = wall;
    event.moment = moment;
    for (int left = byte(); left > 0; --left) {
      const auto name = static_cast<FieldName>(byte());
      const auto length = byte();
      if (length == is_number)
        event.with(name, static_cast<std::int64_t>(number(sizeof(std::int64_t))));
      else
        event.with(name, word(length));
    }
    return event;
  }

 private:
  template <class Clock>
  typename Clock::time_point time() {
    using Duration = typename Clock::duration;
    return typename Clock::time_point(Duration(static_cast<std::int64_t>(number(sizeof(std::int64_t)))));
  }
  std::uint8_t byte() { return ring_.bytes_[at_++ % ring_.bytes_.size()]; }
  std::string word(std::size_t length) {
    std::string text;
    for (; length > 0; --length) text += static_cast<char>(byte());
    return text;
  }

  const EventRing& ring_;
  std::size_t at_;
};

void EventRing::push(const Event& event) {
  const auto form = form_of(event);
  while (used_ > 0 && bytes_.size() - used_ < form.size()) drop_oldest();
  if (bytes_.size() < form.size())
    ++forgotten_;
  else
    append(form);
}

void EventRing::append(const std::vector<std::uint8_t>& form) {
  for (const auto byte : form) bytes_[(begin_ + used_++) % bytes_.size()] = byte;
}

void EventRing::drop_oldest() {
  const auto size = Reader(*this, begin_).number(size_bytes);
  begin_ = (begin_ + size) % bytes_.size();
  used_ -= size;
  ++forgotten_;
}

std::vector<Event> EventRing::events() const {
  std::vector<Event> all;
  for (std::size_t at = 0; at < used_;) {
    all.push_back(Reader(*this, begin_ + at).event());
    at += Reader(*this, begin_ + at).number(size_bytes);
  }
  return all;
}

}  // namespace sallyport::flow
