package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.pipeline.dialect.Field;
import dev.archway.pipeline.dialect.Kind;
import dev.archway.pipeline.dialect.OtherSteps;
import dev.archway.pipeline.dialect.PipelineShapes;
import dev.archway.pipeline.dialect.Shape;
import dev.archway.pipeline.dialect.StepShapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the tables of docs/dialect.md say is so: they are written from the shapes that the compiler
 * reads by, by {@code -Dgolden.write=true}. A key that is new since then is no mistake of theirs.
 */
class DialectDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/dialect.md");
  private static final String MARK = "## Every key\n";

  @Test
  void tablesSayWhatTheCompilerDoes() throws IOException {
    String document = Files.readString(DOCUMENT);
    assertThat(document).contains(MARK);
    String written = document.substring(0, document.indexOf(MARK)) + MARK + tables();
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(DOCUMENT, written);
    }
    Set<String> claims = claims(Files.readString(DOCUMENT));
    assertThat(claims).hasSizeGreaterThan(300);
    assertThat(claims(written)).containsAll(claims);
  }

  /** {@code MAPPING key COLUMN} of each cell, and {@code STEP instead} of each step. */
  private static Set<String> claims(String document) {
    Set<String> claims = new TreeSet<>();
    for (String line : document.substring(document.indexOf(MARK)).lines().toList()) {
      String[] cells = line.split("\\|", -1);
      for (int column = 1; line.startsWith("| ") && column < cells.length; column++) {
        for (String key : cells[column].split(", ", -1)) {
          if (key.contains("`")) {
            claims.add(
                cells.length == 4
                    ? key.strip() + " " + cells[2].strip()
                    : cells[1].strip() + " " + key.strip() + " " + column);
          }
        }
      }
    }
    return claims;
  }

  private static String tables() {
    Map<String, Shape.Keys> shapes = new LinkedHashMap<>();
    collect(PipelineShapes.PIPELINE, shapes);
    StringBuilder text =
        new StringBuilder(
            """

            Read: done as the page of Harness says. Accepted: Harness's editor writes it or it says nothing about the result. Refused: an error where it is
            filled in, since leaving it out would change the result. Any other key is a warning. Values and what they mean: the [schema](schema/pipeline.json).

            | mapping | read | accepted | refused |
            |---|---|---|---|
            """);
    for (Shape.Keys shape : shapes.values()) {
      text.append(
          "| %s | %s | %s | %s |\n"
              .formatted(
                  shape.name(),
                  keys(shape, use -> use == Field.Use.READ || use == Field.Use.RESOLVED),
                  keys(shape, use -> use == Field.Use.IGNORED),
                  keys(
                      shape,
                      use -> use == Field.Use.REFUSED || use == Field.Use.REFUSED_BY_READER)));
    }
    text.append(
        """

        ## Steps of Harness that are errors here

        | step | expected instead |
        |---|---|
        """);
    Map<String, Set<String>> nearest = new TreeMap<>();
    OtherSteps.all()
        .forEach((type, instead) ->
            nearest.computeIfAbsent(instead, _ -> new TreeSet<>()).add("`" + type + "`"));
    nearest.forEach((instead, types) ->
        text.append("| %s | %s |\n".formatted(String.join(", ", types), instead)));
    return text.toString();
  }

  private static String keys(Shape.Keys shape, Predicate<Field.Use> use) {
    return shape.fields().stream()
        .filter(field -> use.test(field.use()))
        .map(field ->
            field.harmless() == null
                ? "`%s`".formatted(field.key())
                : "`%s` (but for `%s`)".formatted(field.key(), field.harmless()))
        .collect(Collectors.joining(", "));
  }

  private static void collect(Shape shape, Map<String, Shape.Keys> shapes) {
    if (shape instanceof Shape.Either either) {
      either.alternatives().forEach(keys -> collect(keys, shapes));
    } else if (shape instanceof Shape.Keys keys && shapes.putIfAbsent(keys.name(), keys) == null) {
      for (Field field : keys.fields()) {
        below(field.kind()).forEach(inner -> collect(inner, shapes));
      }
    }
  }

  private static Stream<? extends Shape> below(Kind kind) {
    return switch (kind) {
      case Kind.TextsOr(var mapping) -> Stream.of(mapping.get());
      case Kind.Nested(var nested) -> Stream.of(nested.get());
      case Kind.Members(var member, _) -> Stream.of(member.get());
      case Kind.ByType(var types) -> new TreeMap<>(types).values().stream();
      default -> Stream.of();
    };
  }

  @Test
  void everyStepThatRunsIsNamed() throws IOException {
    String document = Files.readString(DOCUMENT);
    String prose = document.substring(0, document.indexOf(MARK));
    Set<String> missing = new LinkedHashSet<>(StepShapes.SPECS.keySet());
    missing.removeIf(type -> prose.contains("`" + type + "`"));
    assertThat(List.copyOf(missing)).as("steps without a word in %s", DOCUMENT).isEmpty();
  }
}
