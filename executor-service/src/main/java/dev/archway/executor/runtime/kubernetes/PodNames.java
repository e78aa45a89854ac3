package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.id.StageKey;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/** Names and paths that derive from a stage's key alone, so that every executor finds the same. */
final class PodNames {
  static final String WORKSPACE = "/harness";
  static final String ROOT = "/archway";
  static final String SECRETS = "/run/archway";
  static final String AGENT = "archway";
  static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  static final String MANAGER = "archway";

  /** Keeps a deleted pod's object until its stage is over, so that no pod goes unseen. */
  static final String FINALIZER = "dev.archway/stage";

  private PodNames() {}

  /** The pod's name: readable, at most 63 characters, and as unique as the key. */
  static String pod(StageKey key) {
    String hash =
        UUID.nameUUIDFromBytes(key.toString().getBytes(StandardCharsets.UTF_8))
            .toString()
            .substring(24);
    return "archway-%s-%d-%s".formatted(slug(key.stage(), 30), key.attempt(), hash);
  }

  /** A step's container. */
  static String container(int index, String step) {
    return "s%d-%s".formatted(index, slug(step, 40));
  }

  /** A step's folder in the pod. */
  static String folder(String step) {
    return ROOT + "/steps/" + step;
  }

  /** What the paths of a step's outputs begin with; a number follows. */
  static String output(String step) {
    return folder(step) + "/output.";
  }

  /** Where a step's secrets are in memory. */
  static String secrets(String step) {
    return SECRETS + "/" + step;
  }

  private static String slug(String text, int longest) {
    String slug = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    slug = slug.substring(0, Math.min(slug.length(), longest)).replaceAll("^-+|-+$", "");
    return slug.isEmpty() ? "x" : slug;
  }
}
