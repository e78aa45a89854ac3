package dev.archway.expression;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Text that can be looked at only so often. A pattern comes from a pipeline, and some patterns take
 * longer than anyone waits: each look counts, and the last one ends the match. Not thread-safe.
 */
public final class BoundedText implements CharSequence {
  private static final int MOST_LOOKS = 1_000_000;
  private static final int LONGEST = 10_000;

  /** The looks are used up. */
  static final class SpentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SpentException() {
      super("the pattern takes too long", null, false, false);
    }
  }

  private final String text;
  private int looks;

  BoundedText(String text) {
    this.text = text;
  }

  /** True when the whole text matches; a pattern that is none, or too costly, matches nothing. */
  public static boolean matches(String pattern, String text) {
    if (text.length() > LONGEST) {
      return false;
    }
    try {
      return Pattern.compile(pattern).matcher(new BoundedText(text)).matches();
    } catch (PatternSyntaxException | SpentException | StackOverflowError e) {
      // The engine calls itself for each repetition of a group.
      return false;
    }
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    if (++looks > MOST_LOOKS) {
      throw new SpentException();
    }
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
