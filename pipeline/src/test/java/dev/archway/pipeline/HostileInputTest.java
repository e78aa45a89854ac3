package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.failure.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in, the answer is a plan or findings: never an exception, never a long wait. */
class HostileInputTest {
  private static final Path PLATFORMS =
      Path.of("src/test/resources/pipelines/valid/platforms.yaml");

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? "})
  void deepNestingIsTooLarge(String opening) {
    assertThat(codes("pipeline: \n  " + opening.repeat(100_000), Map.of()))
        .containsExactly("too-large");
  }

  @Test
  void nestingThatIsClosedAgainIsFine() {
    String wide = "x: [" + "[[[]]],".repeat(1_000) + "]\n";
    assertThat(codes(wide + "pipeline: {}\n", Map.of())).doesNotContain("too-large");
  }

  @Test
  void aliasesThatMultiplyAreTooLarge() {
    StringBuilder text = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 10; i++) {
      String ten = ("*a" + (i - 1) + ",").repeat(10);
      text.append("a%d: &a%d [%s]\n".formatted(i, i, ten));
    }
    assertThat(codes(text.toString(), Map.of())).containsExactly("too-large");
  }

  @Test
  void anAliasOfItselfIsTooLarge() {
    assertThat(codes("pipeline: &a\n  x: *a\n", Map.of())).containsExactly("too-large");
  }

  @Test
  void aPatternThatNeverEndsIsEnded() throws IOException {
    String yaml =
        Files.readString(PLATFORMS).replaceFirst("build: .*", "build: <+input>.regex((a+)+b)");
    assertThat(codes(yaml, Map.of("build", "a".repeat(60)))).contains("bad-value");
    String groups = yaml.replace("(a+)+b", "(a|b)*");
    assertThat(codes(groups, Map.of("build", "a".repeat(9_000)))).isNotNull();
  }

  /** Character by character the text stops being YAML; line by line it stays YAML and is odd. */
  @Test
  void oddValuesAndLostLinesAreTakenOrTold() throws IOException {
    Random random = new Random(5);
    List<String> odd =
        List.of(
            "",
            "[]",
            "{}",
            "~",
            "-1",
            "1e99",
            "[a, {b: c}]",
            "{a: [b]}",
            "<+input>",
            "<+<+a>.b()>",
            "linux/",
            "/",
            "..",
            "a b",
            "é",
            "|",
            "9999999999999999999",
            "index_1");
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.list(PLATFORMS.getParent())) {
      for (Path file : files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList()) {
        texts.add(Files.readString(file));
      }
    }
    for (int i = 0; i < 6_000; i++) {
      List<String> lines =
          new ArrayList<>(texts.get(random.nextInt(texts.size())).lines().toList());
      for (int change = random.nextInt(4); change >= 0; change--) {
        int at = random.nextInt(lines.size());
        String line = lines.get(at);
        switch (random.nextInt(4)) {
          case 0 -> lines.set(at, "");
          case 1 -> lines.add(at, line);
          case 2 -> lines.set(at, " ".repeat(2) + line);
          default -> {
            int colon = line.indexOf(": ");
            String value = odd.get(random.nextInt(odd.size()));
            lines.set(at, colon < 0 ? line + " " + value : line.substring(0, colon + 2) + value);
          }
        }
      }
      assertThat(codes(String.join("\n", lines), Map.of("build", "main"))).isNotNull();
    }
  }

  @Test
  void inputsOfAnyShapeAreTakenOrTold() throws IOException {
    String yaml = Files.readString(PLATFORMS);
    Random random = new Random(7);
    for (int i = 0; i < 3_000; i++) {
      assertThat(codes(yaml, map(random, 0))).isNotNull();
    }
  }

  private static Map<String, Object> map(Random random, int depth) {
    List<String> keys =
        List.of("pipeline", "inputSet", "stages", "stage", "parallel", "identifier", "build");
    Map<String, Object> map = new HashMap<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      map.put(keys.get(random.nextInt(keys.size())), value(random, depth + 1));
    }
    return map;
  }

  private static Object value(Random random, int depth) {
    return switch (depth > 4 ? random.nextInt(4) : random.nextInt(8)) {
      case 0 -> "";
      case 1 -> 7;
      case 2 -> "<+input>";
      case 3 -> "<+pipeline.name>";
      case 4, 5 -> {
        List<Object> items = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          items.add(value(random, depth + 1));
        }
        yield items;
      }
      case 6 -> Arrays.asList(null, value(random, depth + 1));
      default -> map(random, depth);
    };
  }

  private static List<String> codes(String yaml, Map<String, Object> inputs) {
    PipelineSource source = new PipelineSource(yaml, inputs, List.of(), null);
    return switch (PipelineCompiler.compile(source, SampleConnectors.KNOWN)) {
      case Compilation.Compiled(_, List<Problem> warnings, _) ->
          warnings.stream().map(Problem::code).toList();
      case Compilation.Refused(List<Problem> problems) ->
          problems.stream().map(Problem::code).toList();
    };
  }
}
