package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Digest;
import dev.archway.executor.runtime.StageSpec;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Names and paths that derive from a stage's command alone, so that every executor finds the same.
 */
final class PodNames {
  static final String WORKSPACE = "/harness";
  static final String ROOT = "/archway";
  static final String SECRETS = "/run/archway";
  static final String AGENT = "archway";
  static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  static final String MANAGER = "archway";

  /** Keeps a deleted pod's object until its stage is over, so that no pod goes unseen. */
  static final String FINALIZER = "dev.archway/stage";

  private static final int HASH = 20;
  private static final Pattern POD =
      Pattern.compile("archway-[a-z0-9-]+-[0-9]+-[0-9a-f]{12}([0-9a-f]{%d})?".formatted(HASH - 12));

  private PodNames() {}

  /**
   * The pod's name: readable, at most 63 characters, as unique as the key, and not to be guessed
   * where the command has a nonce. So a pod of this name that is there before this executor makes
   * it is an executor's: nobody else could make it first.
   */
  static String pod(StageSpec spec) {
    StageKey key = spec.key();
    String nonce = spec.nonce();
    String hash =
        nonce == null
            // As before there were nonces: a stage may be running under that name.
            ? UUID.nameUUIDFromBytes(bytes(key.toString())).toString().substring(24)
            : Digest.sha256(bytes(nonce + "\n" + key)).hex().substring(0, HASH);
    return "archway-%s-%d-%s".formatted(slug(key.stage(), 28), key.attempt(), hash);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** True for what can be a stage's pod; labels anybody can give to a pod of his own. */
  static boolean isPod(String name) {
    return POD.matcher(name).matches();
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
