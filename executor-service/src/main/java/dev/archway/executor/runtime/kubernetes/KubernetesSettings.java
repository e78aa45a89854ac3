package dev.archway.executor.runtime.kubernetes;

import java.time.Duration;
import java.util.List;

/**
 * How stages run on Kubernetes, whichever cluster it is.
 *
 * @param agentImage the image of the program that opens gates and sends logs
 * @param builderImage the image that clone and build steps run in
 * @param initTimeout how long a pod may take until its first step can start
 * @param sweepAfter how long after its end a pod is removed that no executor came for
 * @param mirrors registries that builds ask before the one they mirror
 * @param insecureRegistries hosts that builds may speak plain HTTP to
 */
public record KubernetesSettings(
    String agentImage,
    String builderImage,
    Duration initTimeout,
    Duration sweepAfter,
    List<Mirror> mirrors,
    List<String> insecureRegistries) {
  public KubernetesSettings {
    if (!initTimeout.isPositive() || !sweepAfter.isPositive()) {
      throw new IllegalArgumentException(
          "init-timeout %s, sweep-after %s (expected: longer than 0)"
              .formatted(initTimeout, sweepAfter));
    }
    mirrors = List.copyOf(mirrors);
    insecureRegistries = List.copyOf(insecureRegistries);
  }

  /** A registry that is asked before the one it mirrors. */
  public record Mirror(String prefix, String location, boolean insecure) {}

  /** What builds read of these settings (containers-registries.conf(5)). */
  String registriesFile() {
    StringBuilder text = new StringBuilder();
    text.append(
        "unqualified-search-registries = [\"docker.io\"]\nshort-name-mode = \"disabled\"\n");
    for (Mirror mirror : mirrors) {
      text.append(
          "[[registry]]\nprefix = \"%1$s\"\nlocation = \"%1$s\"\n[[registry.mirror]]\nlocation = \"%2$s\"\ninsecure = %3$s\n"
              .formatted(mirror.prefix(), mirror.location(), mirror.insecure()));
    }
    for (String host : insecureRegistries) {
      text.append("[[registry]]\nlocation = \"%s\"\ninsecure = true\n".formatted(host));
    }
    return text.toString();
  }
}
