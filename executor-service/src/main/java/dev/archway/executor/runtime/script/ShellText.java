package dev.archway.executor.runtime.script;

import java.util.List;
import java.util.stream.Collectors;

/** Text that a POSIX shell reads as exactly one word. */
public final class ShellText {
  private ShellText() {}

  public static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  public static String quoted(List<String> words) {
    return words.stream().map(ShellText::quoted).collect(Collectors.joining(" "));
  }
}
