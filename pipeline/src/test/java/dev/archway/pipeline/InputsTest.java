package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.plan.ExecutionPlan;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputsTest {
  private static String variable(String value) {
    return Samples.pipeline(
        "variables:\n  - name: x\n    type: String\n    value: "
            + value
            + "\nstages:\n"
            + Samples.stage("a", "echo <+pipeline.variables.x>"));
  }

  private static String echoed(Compilation compilation) {
    return String.valueOf(Samples.run(Samples.plan(compilation), 0).command());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "-",
      value = {
        "<+input>.default(a); -; echo a",
        "<+input>.default(a); b; echo b",
        "<+input>.default(<+pipeline.name>); -; echo p",
        "<+input>.default(\\'a,b\\'); -; echo a,b",
        "<+input>.allowedValues(a, b).default(b); -; echo b",
        "<+input>.default(b).allowedValues(a, b); a; echo a",
        "<+input>.allowedValues(\\'a,b\\', c); a,b; echo a,b",
        "<+input>.regex(^(v|w)[0-9]+$); v1; echo v1",
        "<+input>.selectManyFrom(a, b, c); a,c; echo a,c",
        "<+input>.executionInput(); a; echo a",
        "<+input>.executionInput().default(d); -; echo d",
      })
  void anInputTakesWhatItsRulesAllow(String input, String given, String echoed) {
    Map<String, Object> inputs = given == null ? Map.of() : Map.of("x.value", given);
    assertThat(echoed(Samples.compile(variable(input), inputs))).isEqualTo(echoed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "-",
      value = {
        "<+input>; -; unresolved-input",
        "<+input>.executionInput(); -; unresolved-input",
        "<+input>.allowedValues(a, b); c; bad-value",
        "<+input>.allowedValues(a, b).default(c); a; bad-value",
        "<+input>.selectManyFrom(a, b, c); a,d; bad-value",
        "<+input>.regex([0-9]+); x; bad-value",
        "<+input>.somethingElse(1); x; not-supported",
      })
  void whatTheRulesForbidIsAFinding(String input, String given, String code) {
    Map<String, Object> inputs = given == null ? Map.of() : Map.of("x.value", given);
    Compilation compilation = Samples.compile(variable(input), inputs);
    assertThat(compilation).isInstanceOf(Compilation.Refused.class);
    assertThat(Samples.problems(compilation))
        .anySatisfy(problem -> {
          assertThat(problem.code()).isEqualTo(code);
          assertThat(problem.path()).isEqualTo("pipeline.variables.x.value");
          assertThat(problem.line()).isEqualTo(7);
        });
  }

  @Test
  void aVariablesOwnDefaultCountsAndAnOptionalOneMayBeEmpty() {
    String base = variable("<+input>");
    assertThat(
            echoed(
                Samples.compile(
                    base.replace("type: String", "type: String\n      default: d"), Map.of())))
        .isEqualTo("echo d");
    assertThat(
            echoed(
                Samples.compile(
                    base.replace("type: String", "type: String\n      required: false"), Map.of())))
        .isEqualTo("echo ");
  }

  private static String set(String id, String variable, String more) {
    return """
    inputSet:
      identifier: %s
      name: %s
      pipeline:
        identifier: p
        variables:
          - name: x
            type: String
            value: %s
    %s
    """
        .formatted(id, id, variable, more);
  }

  private static final String OVERLAY =
      "overlayInputSet: {identifier: o, pipelineIdentifier: p, inputSetReferences: [b, a]}";

  @Test
  void laterSetsWinAndSingleInputsWinOverAll() {
    String yaml = variable("<+input>");
    List<String> both = List.of(set("a", "of a", ""), set("b", "of b", ""));
    assertThat(echoed(Samples.compile(yaml, Map.of(), both, List.of()))).isEqualTo("echo of b");
    assertThat(echoed(Samples.compile(yaml, Map.of("x.value", "own"), both, List.of())))
        .isEqualTo("echo own");
    assertThat(
            echoed(
                Samples.compile(
                    yaml, Map.of(), List.of(both.get(0), both.get(1), OVERLAY), List.of())))
        .isEqualTo("echo of a");
    assertThat(
            echoed(
                Samples.compile(
                    yaml,
                    Map.of(),
                    List.of(OVERLAY, both.get(0), both.get(1), set("c", "of c", "")),
                    List.of())))
        .isEqualTo("echo of c");
  }

  @Test
  void aSetThatLeavesAnInputOpenAnswersNothing() {
    assertThat(
            echoed(
                Samples.compile(
                    variable("<+input>"),
                    Map.of(),
                    List.of(set("a", "of a", ""), set("b", "<+input>", "")),
                    List.of())))
        .isEqualTo("echo of a");
  }

  @Test
  void whatASetGivesInVainIsAFindingAtItsPlace() {
    Compilation compilation =
        Samples.compile(
            variable("<+input>"),
            Map.of(),
            List.of(
                set("a", "fine", "    stages: [{stage: {identifier: b, type: CI, spec: {x: 1}}}]"),
                set("b", "fine", "    name: p\n    timeout: 1h"),
                "inputSet: {identifier: c, pipeline: {identifier: other}}",
                "overlayInputSet: {identifier: o, pipelineIdentifier: p, inputSetReferences: [d]}",
                "nothing: here",
                "["),
            List.of());
    assertThat(Samples.found(compilation))
        .containsExactlyInAnyOrder(
            "unknown-input inputSets[0].pipeline.stages.b",
            "unknown-input inputSets[1].pipeline.timeout",
            "bad-value inputSets[2].pipeline.identifier",
            "unknown-input inputSets[3].inputSetReferences",
            "missing-field inputSets[4]",
            "bad-yaml inputSets[5]");
  }

  @Test
  void aWholeMappingOrListMayBeAnInput() {
    String yaml =
        Samples.pipeline(
            "stages:\n" + Samples.stage("a", "echo <+matrix.os>", "strategy: <+input>"));
    String given =
        """
        inputSet:
          identifier: s
          pipeline:
            identifier: p
            stages:
              - parallel:
                  - stage:
                      identifier: a
                      type: CI
                      strategy: {matrix: {os: [one, two]}, maxConcurrency: 1}
        """;
    ExecutionPlan plan = Samples.plan(Samples.compile(yaml, Map.of(), List.of(given), List.of()));
    assertThat(plan.stages()).extracting(stage -> stage.id()).containsExactly("a_0", "a_1");
    assertThat(Samples.run(plan, 1).command()).isEqualTo("echo two");
  }
}
