package dev.archway.web;

import java.util.regex.Pattern;

/** Paths of requests, as they are sent. */
public final class RequestPaths {
  /**
   * Empty segments, dots that stand for another path, path parameters, and encoded characters that
   * mean one of these, a separator or an end once they are decoded.
   */
  private static final Pattern NOT_PLAIN =
      Pattern.compile(
          "//|[;\\\\]|/\\.{1,2}(/|$)|%(2e|2f|5c|3b|25|00|0a|0d)", Pattern.CASE_INSENSITIVE);

  private RequestPaths() {}

  /** True when all who read this undecoded path read the same. */
  public static boolean plain(String path) {
    return path.startsWith("/") && !NOT_PLAIN.matcher(path).find();
  }
}
