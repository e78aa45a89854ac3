package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of a cache with its macros (Harness page "Save and restore cache from S3", "Cache key").
 * It is taken apart when the pipeline is read: what an expression brings later is never a macro.
 */
public record CacheKey(List<Part> parts) {
  private static final Pattern MACRO = Pattern.compile("\\{\\{(.*?)}}", Pattern.DOTALL);
  private static final Pattern CHECKSUM =
      Pattern.compile("checksum\\s+(?:\"([^\"]+)\"|`([^`]+)`|([^\\s\"`]+))");

  public CacheKey {
    parts = List.copyOf(parts);
  }

  /** A piece of a key. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Text.class, name = "Text"),
    @JsonSubTypes.Type(value = Checksum.class, name = "Checksum"),
    @JsonSubTypes.Type(value = Fact.class, name = "Fact")
  })
  public sealed interface Part {}

  /** Text as it is. */
  public record Text(String text) implements Part {}

  /** The checksum of a file of the workspace, taken when the step runs. */
  public record Checksum(String file) implements Part {}

  /** Something that is known when the step runs. */
  public record Fact(Name name) implements Part {}

  /** What a key may ask for, as keys write it. */
  public enum Name {
    COMMIT_BRANCH(".Commit.Branch"),
    COMMIT_REF(".Commit.Ref"),
    COMMIT_SHA(".Commit.Sha"),
    BUILD_NUMBER(".Build.Number"),
    ARCH("arch"),
    OS("os"),
    EPOCH("epoch");

    private final String macro;

    Name(String macro) {
      this.macro = macro;
    }

    /** The macro between its braces. */
    public String macro() {
      return macro;
    }
  }

  /**
   * Takes a written key apart.
   *
   * @throws IllegalArgumentException when it names a macro that is none
   */
  public static CacheKey parse(String written) {
    if (written.contains("\\")) {
      throw new IllegalArgumentException(
          "key \"%s\" has a backslash (expected: none)".formatted(written));
    }
    List<Part> parts = new ArrayList<>();
    Matcher matcher = MACRO.matcher(written);
    int end = 0;
    while (matcher.find()) {
      text(written.substring(end, matcher.start()), parts);
      parts.add(macro(matcher.group(1).strip()));
      end = matcher.end();
    }
    text(written.substring(end), parts);
    return new CacheKey(parts);
  }

  /** The key as pipelines write it. */
  public String written() {
    return parts.stream()
        .map(part ->
            switch (part) {
              case Text(String text) -> text;
              case Checksum(String file) -> "{{ checksum \"%s\" }}".formatted(file);
              case Fact(Name name) -> "{{ %s }}".formatted(name.macro());
            })
        .collect(Collectors.joining());
  }

  private static void text(String text, List<Part> parts) {
    if (text.contains("{{")) {
      throw new IllegalArgumentException(
          "key \"%s\" opens a macro that does not end (expected: }})".formatted(text));
    }
    if (!text.isEmpty()) {
      parts.add(new Text(text));
    }
  }

  private static Part macro(String written) {
    Matcher checksum = CHECKSUM.matcher(written);
    if (checksum.matches()) {
      for (int group = 1; group <= 3; group++) {
        if (checksum.group(group) != null) {
          return new Checksum(checksum.group(group));
        }
      }
    }
    List<String> known = new ArrayList<>(List.of("checksum \"FILE\""));
    for (Name name : Name.values()) {
      if (name.macro.equals(written)) {
        return new Fact(name);
      }
      known.add(name.macro);
    }
    throw new IllegalArgumentException(
        "unknown macro \"{{ %s }}\" (expected: one of %s)".formatted(written, known));
  }
}
