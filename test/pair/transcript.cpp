#include "test/pair/transcript.hpp"

#include <algorithm>
#include <fstream>
#include <regex>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace sallyport::pair {

namespace {

// A pattern's next part: the text before a variable, and its name; none: the rest.
struct Part {
  std::string text;
  std::string name;
};

Part take_part(std::string_view& pattern) {
  const auto open = pattern.find('{');
  const auto close = pattern.find('}', open);
  if (open == std::string_view::npos || close == std::string_view::npos) {
    return {std::string(std::exchange(pattern, {})), ""};
  }
  Part part{std::string(pattern.substr(0, open)), std::string(pattern.substr(open + 1, close - open - 1))};
  pattern.remove_prefix(close + 1);
  return part;
}

constexpr auto variable = "([^<>\";&]*)";

// As a part of a regular expression.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char character : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '\n';
    out += plain ? "" : "\\";
    out += character;
  }
  return out;
}

void add_line(TranscriptMessage& message, bool& in_body, std::string_view line) {
  if (in_body) {
    message.body += (message.body.empty() ? "" : "\n") + std::string(line);
  } else if (line.empty()) {
    in_body = true;
  } else if (message.first_line.empty()) {
    message.first_line = line;
  } else {
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) throw Failure({ErrorKind::malformed, std::string(line)});
    message.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
}

std::string_view without_line_end(std::string_view body) {
  while (body.ends_with('\n')) body.remove_suffix(1);
  return body;
}

void expect_headers(const TranscriptMessage& expected, const proto::HttpHeaders& headers,
                    Variables& variables) {
  for (const auto& [name, pattern] : expected.headers) {
    const auto values = headers.all(name);
    const bool found = std::ranges::any_of(
        values, [&](const auto& value) { return variables.match(pattern, std::string(value)); });
    EXPECT_TRUE(found) << name << ": " << pattern << "\nis " << testing::PrintToString(values);
  }
}

void expect_body(const TranscriptMessage& expected, const std::string& body, Variables& variables) {
  const std::string text(without_line_end(body));
  EXPECT_TRUE(variables.match(expected.body, text)) << expected.body << "\nis\n" << text;
}

}  // namespace

std::vector<Exchange> read_transcript(const std::string& name) {
  std::ifstream file(SALLYPORT_TRANSCRIPTS "/" + name + ".txt");
  if (!file) throw Failure({ErrorKind::unavailable, "there is no transcript " + name});
  std::vector<Exchange> exchanges;
  bool new_connection = true;
  char before = '<';
  bool in_body = false;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line == "--") {
      new_connection = true;
      continue;
    }
    const char kind = line.front();
    if (kind != '>' && kind != '<') throw Failure({ErrorKind::malformed, name + ": " + line});
    if (kind == '>' && before == '<') exchanges.push_back({std::exchange(new_connection, false), {}, {}});
    if (kind != std::exchange(before, kind)) in_body = false;
    auto& message = kind == '>' ? exchanges.back().request : exchanges.back().reply;
    add_line(message, in_body, std::string_view(line).substr(std::min<std::size_t>(line.size(), 2)));
  }
  return exchanges;
}

std::string Variables::fill(const std::string& pattern) {
  std::string text;
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const auto part = take_part(rest);
    text += part.text;
    if (!part.name.empty()) text += values_.try_emplace(part.name, part.name).first->second;
  }
  return text;
}

bool Variables::match(const std::string& pattern, const std::string& text) {
  std::string expression;
  std::vector<std::string> unknown;
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const auto part = take_part(rest);
    expression += escaped(part.text);
    if (part.name.empty()) continue;
    const auto known = values_.find(part.name);
    const auto again = std::ranges::find(unknown, part.name);
    if (known != values_.end()) {
      expression += escaped(known->second);
    } else if (again != unknown.end()) {
      expression += '\\' + std::to_string(again - unknown.begin() + 1);
    } else {
      expression += variable;
      unknown.push_back(part.name);
    }
  }
  std::smatch found;
  if (!std::regex_match(text, found, std::regex(expression))) return false;
  for (std::size_t i = 0; i < unknown.size(); ++i) values_[unknown[i]] = found[i + 1];
  return true;
}

std::string request_text(const TranscriptMessage& message, Variables& variables) {
  std::string text = variables.fill(message.first_line) + "\r\n";
  for (const auto& [name, value] : message.headers) text += name + ": " + variables.fill(value) + "\r\n";
  const auto body = variables.fill(message.body);
  if (!message.first_line.starts_with("CONNECT")) {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

proto::HttpReply reply_of(const TranscriptMessage& message, Variables& variables) {
  const auto words = split(message.first_line, ' ');
  proto::HttpReply reply;
  reply.status = static_cast<int>(or_throw(parse_number(words.at(1), 999)));
  reply.reason = message.first_line.substr(message.first_line.find(words.at(1)) + words.at(1).size() + 1);
  for (const auto& [name, value] : message.headers) reply.headers.add(name, variables.fill(value));
  reply.body = variables.fill(message.body);
  return reply;
}

void expect_request(const TranscriptMessage& expected, const proto::HttpRequest& request,
                    Variables& variables) {
  const auto line = request.method + ' ' + request.target + " HTTP/1.1";
  EXPECT_TRUE(variables.match(expected.first_line, line)) << expected.first_line << " is " << line;
  expect_headers(expected, request.headers, variables);
  expect_body(expected, request.body, variables);
}

void expect_reply(const TranscriptMessage& expected, const proto::HttpReply& reply, Variables& variables) {
  const auto line = "HTTP/1.1 " + std::to_string(reply.status) + ' ' + reply.reason;
  EXPECT_TRUE(variables.match(expected.first_line, line)) << expected.first_line << " is " << line;
  expect_headers(expected, reply.headers, variables);
  expect_body(expected, reply.body, variables);
}

}  // namespace sallyport::pair
