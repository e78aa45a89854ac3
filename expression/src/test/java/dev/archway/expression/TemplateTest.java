package dev.archway.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.expression.Scope.Found;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  private static final Map<String, @Nullable Object> VALUES = new HashMap<>();

  static {
    VALUES.put("pipeline.name", "Demo Build");
    VALUES.put("pipeline.variables.list", "a,b,c");
    VALUES.put("pipeline.variables.tag", "v1.2.3");
    VALUES.put("pipeline.variables", Map.of("with-dash", "dash", "tag", "v1.2.3"));
    VALUES.put("codebase.build.type", "branch");
    VALUES.put("strategy.iteration", 2);
    VALUES.put("flag", "false");
    VALUES.put("nothing", null);
    VALUES.put(
        "document", "{\"a\": {\"b\": [1, {\"c\": 7}], \"x\": true}, \"text\": \"q\\\"\\u00e9\"} ");
  }

  private static Found find(List<String> path) {
    String joined = String.join(".", path);
    if (joined.startsWith("steps.")) {
      return new Found.Later();
    }
    return VALUES.containsKey(joined)
        ? new Found.Known(VALUES.get(joined))
        : new Found.Never("no " + joined);
  }

  private static String fill(String text) throws ExpressionException {
    return Template.parse(text).fill(TemplateTest::find);
  }

  private static boolean holds(String condition) throws ExpressionException {
    return Template.condition(condition).in(TemplateTest::find) instanceof Found.Known(var value)
        && Code.truth(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "a <+pipeline.name>! => a Demo Build!",
        "<+ pipeline.name > => Demo Build",
        "<+pipeline.variables.list.split(',')[1]> => b",
        "<+<+pipeline.variables.list>.split(\",\")[2]> => c",
        "<+pipeline.variables.get(\"with-dash\")> => dash",
        "<+pipeline.name.toLowerCase().replace(' ', '-')> => demo-build",
        "<+<+codebase.build.type>==\"branch\"?\"yes\":\"no\"> => yes",
        "<+\"<+pipeline.variables.tag>-x\" == \"v1.2.3-x\"> => true",
        "<+pipeline.name + \"/\" + pipeline.variables.tag> => Demo Build/v1.2.3",
        "<+\"1\" + \"2\"> => 12",
        "<+strategy.iteration + 1> => 3",
        "<+pipeline.variables.tag.substring(1)> => 1.2.3",
        "<+pipeline.variables.tag.replaceAll('[^0-9]', '')> => 123",
        "<+pipeline.variables.tag.matches('v[0-9.]+')> => true",
        "<+nothing> => null",
        "<+json.select(\"a.b[1].c\", <+document>)> => 7",
        "<+json.select(\"$.text\", document)> => q\"é",
        "<+json.list(\"a.b\", document).size()> => 2",
        "<+json.object(\"a\", document).get(\"x\")> => true",
        "<+json.select(\"none[3].x\", document)> => null",
        "<+regex.extract(\"[0-9]*\", pipeline.variables.tag)> => 1",
        "<+regex.extract('x+', pipeline.variables.tag)>. => .",
        "<+regex.replace(\"v([0-9]+)[.].*\", '$1', <+pipeline.variables.tag>)> => 1",
        "<+regex.match('^v[0-9]', pipeline.variables.tag) ? 'release' : 'other'> => release",
        "<+regex.match('2$', pipeline.variables.tag)> => false",
        "<+pipeline.variables.list.replace(',', '.')> => a.b.c",
        "<+pipeline.variables.list.replaceFirst(',', '.')> => a.b,c",
        "<+pipeline.variables.list.split(',').size()> => 3",
        "<+<+pipeline.variables.list>.split(',').contains('b') ? 'in' : 'out'> => in",
        "echo $((1<+2)) => echo $((1<+2))",
        "cat <<+EOF => cat <<+EOF",
      })
  void fillsExpressions(String text, String expected) throws ExpressionException {
    assertThat(fill(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<+codebase.build.type> == \"branch\"",
        "<+codebase.build.type == \"branch\">",
        "<+codebase.build.type> == \"tag\" || \"branch\"",
        "<+codebase.build.type> =~ [\"tag\", \"branch\"]",
        "<+strategy.iteration> > 1 && <+strategy.iteration> >= 2",
        "!<+flag>\n",
        "<+nothing> == null",
        "true"
      })
  void conditionsHold(String condition) throws ExpressionException {
    assertThat(holds(condition)).isTrue();
  }

  @Test
  void falseIsTheOnlyTextThatIsNotTrue() throws ExpressionException {
    assertThat(holds("<+flag>")).isFalse();
    assertThat(holds("<+pipeline.name>")).isTrue();
    assertThat(holds("<+codebase.build.type> != \"branch\"")).isFalse();
  }

  @Test
  void whatIsLaterIsToldFromWhatNeverIs() throws ExpressionException {
    String later = "<+steps.a.output.outputVariables.x> == \"1\"";
    assertThat(Template.condition(later).in(TemplateTest::find)).isInstanceOf(Found.Later.class);
    assertThat(Template.condition(later).references())
        .containsExactly(List.of("steps", "a", "output", "outputVariables", "x"));
    assertThat(Template.condition("<+nobody.x> == 1").in(TemplateTest::find))
        .isInstanceOf(Found.Never.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<+pipeline.name.getClass().forName('java.lang.Runtime')>",
        "<+new('java.io.File', '/')>",
        "<+new java.io.File('/')>",
        "<+''.class>",
        "<+pipeline.name.class.name>",
        "<+pipeline.name.repeat(1000000000)>",
        "<+pipeline.name.bytes>",
        "<+pipeline.name = 'x'>",
        "<+while(true) {}>",
        "<+(x -> x)(1)>",
        "<+pipeline.name + \"x>",
        "<+pipeline..name>",
        "<+json.getClass()>",
        "<+json.select('a', '{')>",
        "<+json.select('a..b[', '{}')>",
      })
  void nothingElseIsInReach(String text) {
    assertThatThrownBy(
            () -> {
              String filled = fill(text + " >");
              // Not found is nothing; a method that is not there must not be called.
              if (filled.startsWith("null")) {
                throw new ExpressionException(filled);
              }
            })
        .isInstanceOf(ExpressionException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "<+pipeline.name>",
        "<+pipeline.name",
        "a <+<+flag>> b",
        "<<+pipeline.name>+>",
        "<+'<'>+pipeline.name>",
        "<+\"<\">+ <+nobody>",
        "$((1<+2)) <+x",
      })
  void aLiteralFillsToItself(String text) throws ExpressionException {
    assertThat(fill(Template.literal(text))).isEqualTo(text);
    assertThat(Template.plain(Template.literal(text))).contains(text);
    assertThat(fill(Template.literal(Template.literal(text)))).isEqualTo(Template.literal(text));
  }

  @Test
  void anExpressionIsNotPlain() {
    assertThat(Template.plain("a <+pipeline.name>")).isEmpty();
    assertThat(Template.plain("<+pipeline.name> is > open")).isEmpty();
  }

  @Test
  void patternsThatWouldTakeForeverMatchNothing() throws ExpressionException {
    assertThat(fill("<+\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" =~ \"(a+)+\">"))
        .isEqualTo("false");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[", "(", "{{", "[(", "a[", "a(", "(a?(", "!(", "x.y("})
  void bracketsWithoutEndAreToldAtOnce(String opening) {
    for (String text : List.of(opening.repeat(200), opening.repeat(12), opening.repeat(24))) {
      assertThatThrownBy(() -> Template.condition(text)).isInstanceOf(ExpressionException.class);
    }
  }

  /** Found by fuzzing: the parser throws others than its own exception. */
  @Test
  void whatTheParserStumblesOverIsTold() {
    String text =
        "(z.bu+4444444444444444444444444ld.tyration> > 0 && <+s& <+stratege> =~ [<+strategon> > 0 > > tion> >= 2:[";
    assertThatThrownBy(() -> Template.condition(text)).isInstanceOf(ExpressionException.class);
  }

  @Test
  void anyTextIsATemplateOrToldToBeNone() {
    Random random = new Random(4);
    String[] words = {
      "<+",
      ">",
      "\"",
      "'",
      "a.b",
      "(",
      ")",
      " ",
      "==",
      "?",
      ":",
      "\n",
      "[",
      "]",
      "1",
      "\\",
      "..",
      "pipeline.name",
      ".split(',')",
      "&&",
      "!",
      "{",
      "}",
      ";",
      "$",
      "=~",
      "-"
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n >= 0; n--) {
        text.append(words[random.nextInt(words.length)]);
      }
      try {
        assertThat(fill(text.toString())).isNotNull();
      } catch (ExpressionException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void textThatWouldGrowWithoutEndIsRefused() {
    Scope scope = path -> new Found.Known("x".repeat(60_000));
    for (String call :
        List.of("a.replace('x', a)", "a.replaceAll('', a)", "regex.replace('x', a, a)")) {
      assertThatThrownBy(() -> Template.parse("<+" + call + ">").fill(scope))
          .isInstanceOf(ExpressionException.class)
          .hasMessageContaining("too long");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<+regex.extract('(', 'a')>",
        "<+regex.extract('a')>",
        "<+regex.match('(x+x+)+y', pipeline.variables.long)>",
        "<+regex.replace('a', '$7', 'a')>",
      })
  void whatIsNoPatternIsTold(String text) {
    Scope scope = path -> new Found.Known("x".repeat(5_000));
    assertThatThrownBy(() -> Template.parse(text).fill(scope))
        .isInstanceOf(ExpressionException.class);
  }
}
