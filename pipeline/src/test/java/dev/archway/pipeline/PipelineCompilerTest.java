package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.failure.Problem;
import dev.archway.contract.plan.CodeRef;
import dev.archway.contract.plan.StagePlan;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.pipeline.yaml.YamlWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pairs of files: {@code valid/*.yaml} with the plan they compile to, {@code invalid/*.yaml} with
 * their findings. Run with {@code -Dgolden.write=true} to write the second of each pair anew, and
 * read the difference before committing it.
 */
class PipelineCompilerTest {
  private static final Path FIXTURES = Path.of("src/test/resources/pipelines");
  private static final Map<String, Object> INPUTS = Map.of("build", "main", "namespace", "default");

  @ParameterizedTest
  @MethodSource("valid")
  void compilesToItsPlan(Path file) throws IOException {
    Compilation compilation = compile(Files.readString(file), INPUTS);
    assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
    String plan =
        ContractMapper.json()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(((Compilation.Compiled) compilation).plan())
            + "\n";
    Path golden = sibling(file, ".plan.json");
    // The order of a map's entries means nothing and differs between runs.
    if (Boolean.getBoolean("golden.write")
        && !(Files.exists(golden)
            && ContractMapper.json()
                .readTree(plan)
                .equals(ContractMapper.json().readTree(Files.readString(golden))))) {
      Files.writeString(golden, plan);
    }
    assertThat(ContractMapper.json().readTree(plan))
        .isEqualTo(ContractMapper.json().readTree(Files.readString(golden)));
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void tellsItsFindings(Path file) throws IOException {
    Compilation compilation = compile(Files.readString(file), Map.of());
    assertThat(compilation).isInstanceOf(Compilation.Refused.class);
    String problems =
        ((Compilation.Refused) compilation)
            .problems().stream().map(Problem::toString).collect(Collectors.joining("\n", "", "\n"));
    Path golden = sibling(file, ".problems.txt");
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(golden, problems);
    }
    assertThat(problems).isEqualTo(Files.readString(golden));
  }

  /** The merged pipeline, as it is shown, is a pipeline of the same plan. */
  @ParameterizedTest
  @MethodSource("valid")
  void theMergedPipelineCompilesToTheSamePlan(Path file) throws IOException {
    Compilation.Compiled first = (Compilation.Compiled) compile(Files.readString(file), INPUTS);
    Compilation second = compile(YamlWriter.write("pipeline", first.merged()), Map.of());
    assertThat(second)
        .isInstanceOfSatisfying(
            Compilation.Compiled.class,
            compiled -> assertThat(compiled.plan()).isEqualTo(first.plan()));
  }

  @Test
  void aBuildMayBeGivenInOneWord() throws IOException {
    String yaml = Files.readString(FIXTURES.resolve("valid/platforms.yaml"));
    assertThat(ref(yaml, "v1")).isEqualTo(new CodeRef.Branch("v1"));
    assertThat(ref(yaml, "tag:v1")).isEqualTo(new CodeRef.Tag("v1"));
    assertThat(ref(yaml, "pr:7")).isEqualTo(new CodeRef.MergedPullRequest("7"));
    assertThat(ref(yaml, "branch:feature/x")).isEqualTo(new CodeRef.Branch("feature/x"));
    assertThat(ref(yaml, Map.of("type", "tag", "spec", Map.of("tag", "v2"))))
        .isEqualTo(new CodeRef.Tag("v2"));
  }

  @Test
  void anInputSetIsMatchedByIdentifiers() throws IOException {
    String yaml = Files.readString(FIXTURES.resolve("valid/platforms.yaml"));
    Map<String, Object> set =
        Map.of(
            "inputSet",
            Map.of(
                "identifier",
                "nightly",
                "pipeline",
                Map.of(
                    "identifier",
                    "one_stage_two_platforms",
                    "properties",
                    Map.of(
                        "ci",
                        Map.of(
                            "codebase",
                            Map.of(
                                "build",
                                Map.of("type", "branch", "spec", Map.of("branch", "nightly"))))))));
    assertThat(compile(yaml, set))
        .isInstanceOfSatisfying(
            Compilation.Compiled.class,
            compiled ->
                assertThat(Objects.requireNonNull(compiled.plan().codebase()).ref())
                    .isEqualTo(new CodeRef.Branch("nightly")));
  }

  @Test
  void singleInputsGoWithAnInputSetAndWin() throws IOException {
    String yaml = Files.readString(FIXTURES.resolve("valid/declared-index.yaml"));
    Map<String, Object> both =
        Map.of(
            "pipeline",
            Map.of("properties", Map.of("ci", Map.of("codebase", Map.of("build", "nightly")))),
            "namespace",
            "ci");
    assertThat(compile(yaml, both))
        .isInstanceOfSatisfying(
            Compilation.Compiled.class,
            compiled -> {
              assertThat(compiled.warnings()).isEmpty();
              assertThat(compiled.plan().stages().getFirst().placement().namespace())
                  .isEqualTo("ci");
            });
  }

  @Test
  void aBranchNameThatLooksLikeAnOptionIsRefused() throws IOException {
    String yaml = Files.readString(FIXTURES.resolve("valid/platforms.yaml"));
    assertThat(compile(yaml, Map.of("build", "--upload-pack=x")))
        .isInstanceOf(Compilation.Refused.class);
  }

  @Test
  void onePickedStageRunsAloneAndItsIndexWaits() throws IOException {
    String yaml = Files.readString(FIXTURES.resolve("valid/declared-index.yaml"));
    assertThat(picked(yaml, "intel"))
        .isInstanceOfSatisfying(
            Compilation.Compiled.class,
            compiled -> {
              assertThat(compiled.plan().stages())
                  .extracting(StagePlan::id)
                  .containsExactly("intel");
              assertThat(compiled.plan().indexes()).isEmpty();
              assertThat(compiled.warnings())
                  .extracting(Problem::code)
                  .containsExactly("index-part-not-pushed");
            });
    assertThat(picked(yaml, "intel", "arm"))
        .isInstanceOfSatisfying(
            Compilation.Compiled.class,
            compiled -> assertThat(compiled.plan().indexes()).hasSize(1));
  }

  @Test
  void aPartialIndexIsPublishedOfThePickedStages() throws IOException {
    String yaml =
        Files.readString(FIXTURES.resolve("valid/declared-index.yaml"))
            .replaceFirst("( +)tags: \\[\"1.0\"]", "$0\n$1allowPartial: true");
    assertThat(picked(yaml, "arm"))
        .isInstanceOfSatisfying(
            Compilation.Compiled.class,
            compiled ->
                assertThat(compiled.plan().indexes())
                    .singleElement()
                    .satisfies(index -> assertThat(index.after()).containsExactly("arm")));
  }

  @Test
  void stagesArePickedOnlyWhereThePipelineAllowsIt() throws IOException {
    String yaml = Files.readString(FIXTURES.resolve("valid/minimal.yaml"));
    assertThat(picked(yaml, "build")).isInstanceOf(Compilation.Refused.class);
    assertThat(picked("pipeline:\n  allowStageExecutions: true" + yaml.substring(9), "biuld"))
        .isInstanceOfSatisfying(
            Compilation.Refused.class,
            refused ->
                assertThat(refused.problems()).extracting(Problem::code).contains("unknown-stage"));
  }

  /** Whatever is done to a pipeline's text, the answer is a plan or findings. */
  @Test
  void mangledTextNeverBreaksTheCompiler() throws IOException {
    Random random = new Random(11);
    List<String> texts = Stream.concat(valid(), invalid()).map(PipelineCompilerTest::text).toList();
    String letters = "\n \t:-[]{}\"'|>&*!%@`#<+a0~\u0000\ufeff";
    for (int i = 0; i < 4_000; i++) {
      StringBuilder text = new StringBuilder(texts.get(random.nextInt(texts.size())));
      for (int change = random.nextInt(6); change >= 0 && !text.isEmpty(); change--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.insert(at, letters.charAt(random.nextInt(letters.length())));
          case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(12)));
          default -> text.setCharAt(at, letters.charAt(random.nextInt(letters.length())));
        }
      }
      assertThat(compile(text.toString(), INPUTS)).isNotNull();
    }
  }

  private static CodeRef ref(String yaml, Object build) {
    Compilation compilation = compile(yaml, Map.of("build", build));
    assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
    return Objects.requireNonNull(((Compilation.Compiled) compilation).plan().codebase()).ref();
  }

  private static Compilation picked(String yaml, String... stages) {
    return PipelineCompiler.compile(
        new PipelineSource(yaml, INPUTS, List.of(stages), null), SampleConnectors.KNOWN);
  }

  private static Compilation compile(String yaml, Map<String, Object> inputs) {
    return PipelineCompiler.compile(
        new PipelineSource(yaml, inputs, List.of(), null), SampleConnectors.KNOWN);
  }

  static Stream<Path> valid() throws IOException {
    return yamlFiles("valid");
  }

  static Stream<Path> invalid() throws IOException {
    return yamlFiles("invalid");
  }

  private static Stream<Path> yamlFiles(String directory) throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES.resolve(directory))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  private static Path sibling(Path file, String ending) {
    return file.resolveSibling(file.getFileName().toString().replaceFirst("\\.yaml$", ending));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
