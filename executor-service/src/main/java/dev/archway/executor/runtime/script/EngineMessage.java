package dev.archway.executor.runtime.script;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What podman, buildah and containerd say when something fails. Pure. */
public final class EngineMessage {
  private static final Pattern MIRRORS = Pattern.compile("Mirrors also failed: \\[([^\\]]*)\\]");
  private static final Pattern DEFINITE =
      Pattern.compile(
          "manifest unknown|name unknown|not found|unauthorized|authentication required|denied|forbidden|invalid reference",
          Pattern.CASE_INSENSITIVE);

  private EngineMessage() {}

  /** The first useful part: a mirror's answer comes before the trouble with the origin. */
  public static String first(String err) {
    Matcher mirror = MIRRORS.matcher(err);
    if (mirror.find()) {
      return mirror.group(1);
    }
    return err.lines()
        .filter(line -> line.startsWith("Error:"))
        .map(line -> line.substring("Error:".length()).strip())
        .findFirst()
        .orElse(err.lines().reduce((_, last) -> last).orElse("the engine said nothing"));
  }

  /** True when a registry's answer will be the same next time. */
  public static boolean definite(String message) {
    return DEFINITE.matcher(message).find();
  }
}
