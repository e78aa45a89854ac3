package dev.archway.pipeline.expr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A scalar that is one runtime input: {@code <+input>} and the calls chained to it (Harness page
 * "Fixed values, runtime inputs, and expressions"). Brackets inside an argument are balanced, and a
 * backslash takes the character after it as it is, so that {@code .regex(^(a|b)$)} is one call.
 *
 * @param calls in the order written
 */
record InputCalls(List<Call> calls) {
  private static final String INPUT = "<+input>";

  InputCalls {
    calls = List.copyOf(calls);
  }

  /** One chained call, such as {@code default} with the argument {@code x}. */
  record Call(String name, String argument) {}

  /** The input that a scalar's text is; empty when it is something else. */
  static Optional<InputCalls> parse(String scalar) {
    String text = scalar.strip();
    if (!text.startsWith(INPUT)) {
      return Optional.empty();
    }
    List<Call> calls = new ArrayList<>();
    int at = INPUT.length();
    while (at < text.length()) {
      int open = text.indexOf('(', at);
      if (text.charAt(at) != '.' || open < 0) {
        return Optional.empty();
      }
      String name = text.substring(at + 1, open);
      int close = closing(text, open);
      if (close < 0 || name.isEmpty() || !name.chars().allMatch(Character::isLetter)) {
        return Optional.empty();
      }
      calls.add(new Call(name, text.substring(open + 1, close)));
      at = close + 1;
    }
    return Optional.of(new InputCalls(calls));
  }

  private static int closing(String text, int open) {
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '\\' -> i++;
        case '(' -> depth++;
        case ')' -> depth--;
        default -> {}
      }
      if (depth == 0) {
        return i;
      }
    }
    return -1;
  }
}
