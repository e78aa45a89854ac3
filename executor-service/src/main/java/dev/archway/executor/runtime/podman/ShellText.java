package dev.archway.executor.runtime.podman;

import java.util.List;
import java.util.stream.Collectors;

/** Text that a POSIX shell reads as exactly one word. */
final class ShellText {
  private ShellText() {}

  static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  static String quoted(List<String> words) {
    return words.stream().map(ShellText::quoted).collect(Collectors.joining(" "));
  }
}
