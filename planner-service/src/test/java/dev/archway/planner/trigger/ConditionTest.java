package dev.archway.planner.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.planner.trigger.Condition.Operator;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "targetBranch|EQUALS|main|main|true",
        "targetBranch|EQUALS|main|maine|false",
        "targetBranch|NOT_EQUALS|main|dev|true",
        "targetBranch|IN|main, dev|dev|true",
        "targetBranch|IN|release/*|release/1.0|true",
        "targetBranch|IN|release/*|release/1/0|false",
        "targetBranch|NOT_IN|main,dev|dev|false",
        "targetBranch|STARTS_WITH|rel|release|true",
        "targetBranch|ENDS_WITH|-rc|1.0-rc|true",
        "targetBranch|CONTAINS|lea|release|true",
        "targetBranch|DOES_NOT_CONTAIN|lea|main|true",
        "targetBranch|REGEX|v\\d+|v12|true",
        "targetBranch|REGEX|v\\d+|xv12|false",
        "targetBranch|REGEX|^(?!.*hotfix).*$|hotfix-1|false",
        "changedFiles|IN|src/**|README.md;src/a/B.java|true",
        "changedFiles|IN|**/*.java|a/b/C.java|true",
        "changedFiles|IN|**/*.java|C.java|true",
        "changedFiles|IN|*.java|a/C.java|false",
        "changedFiles|NOT_IN|docs/**|docs/a.md;src/b|false",
        "changedFiles|NOT_IN|docs/**|src/b|true",
        "changedFiles|REGEX|.*\\.md|docs/a.md;src/b|true",
        // Names are data: what looks like a pattern in an event matches nothing.
        "<+trigger.payload.x>|EQUALS|a*|abc|false",
        // Costs too much to tell, so it is no.
        "targetBranch|REGEX|(a+)+b|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac|false"
      })
  void holdsAsHarnessSays(
      String key, Operator operator, String value, String found, boolean holds) {
    List<String> values = Arrays.asList(found.split(";"));
    assertThat(new Condition(key, operator, value).holds(values)).isEqualTo(holds);
  }
}
