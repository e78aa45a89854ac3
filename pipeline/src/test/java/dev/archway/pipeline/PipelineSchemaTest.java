package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.failure.Problem;
import dev.archway.pipeline.dialect.PipelineSchema;
import dev.archway.pipeline.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema and the compiler say the same of every pipeline that is at hand. */
class PipelineSchemaTest {
  private static final Path FILE = Path.of("../docs/schema/pipeline.json");

  /** Findings that are about shape whatever else is in the pipeline. */
  private static final Set<String> SHAPE = Set.of("wrong-kind", "unknown-key", "unknown-step-type");

  /** Findings that may be. */
  private static final Set<String> PERHAPS_SHAPE =
      Set.of("missing-field", "bad-value", "bad-identifier", "not-supported");

  @Test
  void theFileIsWhatTheShapesSay() throws IOException {
    if (Boolean.getBoolean("golden.write")) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, PipelineSchema.text());
    }
    assertThat(FILE)
        .as(
            "docs/schema/pipeline.json; write it anew with: mvn -pl pipeline -am test -Dtest=PipelineSchemaTest -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.write=true")
        .hasContent(PipelineSchema.text());
  }

  @ParameterizedTest
  @MethodSource("ours")
  void everyPipelineOfOursFitsTheSchema(Path file) throws Exception {
    assertThat(EditorSchema.complaints(YamlReader.read(Files.readString(file)))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("dev.archway.pipeline.PipelineCompilerTest#invalid")
  void whatIsWrongInShapeIsWrongForBoth(Path file) throws Exception {
    String yaml = Files.readString(file);
    List<Problem> problems = Samples.problems(Samples.compile(yaml, Map.of()));
    // Unreadable text has no shape.
    if (problems.stream().noneMatch(p -> Set.of("bad-yaml", "duplicate-key").contains(p.code()))) {
      agree(problems, EditorSchema.complaints(YamlReader.read(yaml)));
    }
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("dev.archway.pipeline.HarnessExamplesTest#examples")
  void theySayTheSameOfPipelinesWrittenForHarness(String yaml) throws Exception {
    List<Problem> problems = Samples.problems(HarnessExamplesTest.compile(yaml));
    // What a template that is not there would have brought is missing for the compiler alone.
    if (problems.stream()
        .noneMatch(
            p -> Set.of("bad-yaml", "duplicate-key", "unknown-template").contains(p.code()))) {
      agree(problems, EditorSchema.complaints(YamlReader.read(yaml)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inputSet: {identifier: nightly, pipeline: {identifier: p, variables: [{name: v, value: 1}]}}",
        "overlayInputSet: {identifier: all, pipelineIdentifier: p, inputSetReferences: [nightly]}",
        "template: {identifier: t, versionLabel: 1, type: Step, name: t, spec: {type: Run, spec: {image: alpine, connectorRef: c}}}",
        "template: {identifier: t, type: StepGroup, spec: {steps: [{step: {identifier: s, template: {templateRef: u}}}]}}",
        "template: {identifier: t, type: Stage, spec: {type: CI, spec: <+input>}}",
        "template: {identifier: t, type: Pipeline, spec: {stages: [{stage: {identifier: s, template: {templateRef: u}}}]}}",
        "pipeline: {identifier: p, template: {templateRef: u, templateInputs: {stages: []}}}"
      })
  void inputSetsAndTemplatesFit(String yaml) throws Exception {
    assertThat(EditorSchema.complaints(YamlReader.read(yaml))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inputSet: {identifier: nightly}",
        "overlayInputSet: {identifier: all, inputSetReferences: []}",
        "template: {type: Step, spec: {type: Run}}",
        "template: {identifier: t, type: Ste, spec: {type: Run}}",
        "template: {identifier: t, type: Step, spec: {type: Run, spec: {image: alpine}}}",
        "template: {identifier: t, type: Stage, spec: {typ: CI}}",
        "pipeline: {identifier: p, template: {templatRef: u}}",
        "{}"
      })
  void whatTheCompilerRefusesOfThemDoesNot(String yaml) throws Exception {
    assertThat(EditorSchema.complaints(YamlReader.read(yaml))).isNotEmpty();
  }

  private static void agree(List<Problem> problems, List<String> complaints) {
    if (problems.stream().anyMatch(p -> SHAPE.contains(p.code()))) {
      assertThat(complaints).as("%s", problems).isNotEmpty();
    }
    if (problems.stream()
        .noneMatch(p -> SHAPE.contains(p.code()) || PERHAPS_SHAPE.contains(p.code()))) {
      assertThat(complaints).as("%s", problems).isEmpty();
    }
  }

  static Stream<Path> ours() throws IOException {
    return Stream.concat(
        PipelineCompilerTest.valid(),
        Stream.concat(yaml(Path.of("../examples")), yaml(Path.of("../scenarios"))));
  }

  private static Stream<Path> yaml(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> !file.toString().contains("sample-project"))
          .sorted()
          .toList()
          .stream();
    }
  }
}
