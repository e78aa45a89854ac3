package dev.archway.contract.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An operating system and a CPU architecture as in the OCI image index, property {@code platform}:
 * Go's GOOS and GOARCH names in lower case.
 *
 * @param os such as {@code linux}
 * @param architecture such as {@code amd64} or {@code arm64}
 * @param variant such as {@code v7}; null where the architecture has none. arm64's only variant,
 *     v8, is dropped, since it says nothing that arm64 does not
 */
public record Platform(String os, String architecture, @Nullable String variant) {
  // Before the constants: their constructors use it.
  private static final Pattern PART = Pattern.compile("[a-z0-9]+");

  public static final Platform LINUX_AMD64 = new Platform("linux", "amd64", null);
  public static final Platform LINUX_ARM64 = new Platform("linux", "arm64", null);

  public Platform {
    if (variant != null
        && (variant.isEmpty() || (architecture.equals("arm64") && variant.equals("v8")))) {
      variant = null;
    }
    if (!PART.matcher(os).matches()
        || !PART.matcher(architecture).matches()
        || (variant != null && !PART.matcher(variant).matches())) {
      throw new IllegalArgumentException(
          "platform: \"%s/%s%s\" (expected: os/architecture or os/architecture/variant in lower case, such as linux/arm64)"
              .formatted(os, architecture, variant == null ? "" : "/" + variant));
    }
  }

  /**
   * Reads {@code os/architecture[/variant]}.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Platform parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length < 2 || parts.length > 3) {
      throw new IllegalArgumentException(
          "platform: \"%s\" (expected: os/architecture or os/architecture/variant, such as linux/arm64)"
              .formatted(text));
    }
    return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : null);
  }

  /** The form that topic names, tags and container names take: {@code linux-arm64}. */
  public String dashed() {
    return toString().replace('/', '-');
  }

  @JsonValue
  @Override
  public String toString() {
    return os + "/" + architecture + (variant == null ? "" : "/" + variant);
  }
}
