package dev.archway.executor.runtime.kubernetes;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How stages run on Kubernetes, whichever cluster it is.
 *
 * @param agentImage the image of the program that opens gates and sends logs
 * @param builderImage the image that clone and build steps run in
 * @param transferImage the image that moves files between the workspace and buckets
 * @param initTimeout how long a pod may take until its first step can start
 * @param sweepAfter how long after its end a pod is removed that no executor came for
 * @param mirrors registries that builds ask before the one they mirror
 * @param insecureRegistries hosts that builds may speak plain HTTP to
 * @param buildCache below which repository builds keep their layers, for each repository and
 *     platform one; null keeps none
 * @param authorities certificates in PEM that build steps trust beside the usual; null for none
 */
public record KubernetesSettings(
    String agentImage,
    String builderImage,
    String transferImage,
    Duration initTimeout,
    Duration sweepAfter,
    List<Mirror> mirrors,
    List<String> insecureRegistries,
    @Nullable String buildCache,
    @Nullable String authorities) {
  public KubernetesSettings {
    if (!initTimeout.isPositive() || !sweepAfter.isPositive()) {
      throw new IllegalArgumentException(
          "init-timeout %s, sweep-after %s (expected: longer than 0)"
              .formatted(initTimeout, sweepAfter));
    }
    mirrors = List.copyOf(mirrors);
    insecureRegistries = List.copyOf(insecureRegistries);
  }

  /** The same with other limits of time. */
  public KubernetesSettings within(Duration init, Duration sweep) {
    return new KubernetesSettings(
        agentImage,
        builderImage,
        transferImage,
        init,
        sweep,
        mirrors,
        insecureRegistries,
        buildCache,
        authorities);
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
