package dev.archway.pipeline.dialect;

import dev.archway.contract.image.Repository;
import java.util.regex.Pattern;

/**
 * How a single value is written.
 *
 * @param pattern what it matches as a whole, in the part of the language that Java and ECMAScript
 *     share
 * @param expected the same in words
 */
public record Form(String pattern, String expected) {
  /** Of pipelines, stages, steps and groups. */
  public static final Form IDENTIFIER =
      new Form("[a-zA-Z_][0-9a-zA-Z_]{0,127}", "letters, digits and _, not starting with a digit");

  /** Harness's own pattern of a variable; wider than what a shell takes as a name. */
  public static final Form VARIABLE =
      new Form(
          "[a-zA-Z_][0-9a-zA-Z_.$-]{0,127}",
          "letters, digits, _, ., $ and -, not starting with a digit");

  /** An Amazon region. */
  public static final Form REGION =
      new Form("[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}", "a region such as eu-west-1");

  /** An Amazon account. */
  public static final Form ACCOUNT = new Form("[0-9]{12}", "an account's 12 digits");

  static final Form TAG =
      new Form(
          Repository.TAG.pattern(),
          "up to 128 letters, digits, ., _ and -, not starting with . or -");

  static final Form DURATION =
      new Form("\\s*([0-9]{1,9}\\s*[wdhms]\\s*)+", "a duration such as 30s, 10m or 1h 30m");

  static final Form MEMORY = quantity("an amount of memory such as 100M or 512Mi");
  static final Form CPU = quantity("an amount of CPU such as 500m or 2");

  static final Form PLATFORM =
      new Form(
          "\\s*[^/]+/[^/]+(/[^/]+)?\\s*",
          "os/architecture or os/architecture/variant, such as linux/arm64");

  /** True when the whole text is written so. */
  public boolean matches(String text) {
    return Pattern.matches(pattern, text);
  }

  private static Form quantity(String expected) {
    return new Form("\\s*[0-9]+(\\.[0-9]+)?(m|[kKMGTPE]|[KMGTPE]i)?\\s*", expected);
  }
}
