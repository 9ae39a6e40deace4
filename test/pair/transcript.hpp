// Conversations as text, test/transcripts/*.txt, which are played to either half. A line begins with what it
// is:
//   #    a remark
//   --   what follows comes on a new connection
//   >    the client's: request line, headers, an empty line, the body
//   <    the gateway's, likewise
// {name} stands for what differs from run to run: whoever says it first decides, and it must be the same from
// then on. Of the other end's headers those count that are written down; of its body all counts.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "proto/http.hpp"

namespace sallyport::pair {

struct TranscriptMessage {
  std::string first_line;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

struct Exchange {
  bool new_connection = false;
  TranscriptMessage request;
  TranscriptMessage reply;
};

// Throws Failure: unreadable, or a line of no kind.
std::vector<Exchange> read_transcript(const std::string& name);

class Variables {
 public:
  void set(const std::string& name, std::string value) { values_[name] = std::move(value); }
  // With all that is known filled in; what is not becomes known, as its own name.
  std::string fill(const std::string& pattern);
  // Whether the text is the pattern's; what was not known in it is from now on.
  bool match(const std::string& pattern, const std::string& text);

 private:
  std::map<std::string, std::string> values_;
};

// What the test plays.
std::string request_text(const TranscriptMessage& message, Variables& variables);
proto::HttpReply reply_of(const TranscriptMessage& message, Variables& variables);

// What the other end says: each difference fails the test.
void expect_request(const TranscriptMessage& expected, const proto::HttpRequest& request,
                    Variables& variables);
void expect_reply(const TranscriptMessage& expected, const proto::HttpReply& reply, Variables& variables);

}  // namespace sallyport::pair
