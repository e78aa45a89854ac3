package dev.archway.expression;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Text with expressions in it. Thread-safe.
 *
 * @param parts in order
 */
public record Template(List<Part> parts) {
  /** Shell scripts have {@code <+} before a number at most. */
  private static final Pattern BEGIN = Pattern.compile("<\\+\\s*[a-zA-Z_(!\"'<\\[]");

  private static final int DEEPEST = 20;

  /** What {@link #literal} puts in the place of {@code <+}: an expression whose value it is. */
  private static final String CALM = "'<'";

  public Template {
    parts = List.copyOf(parts);
  }

  /** A piece of the text. */
  public sealed interface Part {
    /** As it is. */
    record Text(String text) implements Part {}

    /** To be evaluated. */
    record Value(Code code) implements Part {}
  }

  /** True when the text may have an expression in it. */
  public static boolean hasExpression(String text) {
    return text.contains("<+") && BEGIN.matcher(text).find();
  }

  /**
   * A template that fills to this very text, whatever stands in it. Values that come from outside
   * (a branch's name, an output, an input) go through here before they stand where templates do, so
   * that they are never evaluated.
   */
  public static String literal(String text) {
    return hasExpression(text) ? text.replace("<+", "<+" + CALM + ">+") : text;
  }

  /**
   * The text that {@link #literal} was given, or that has no expression at all; empty for others.
   */
  public static Optional<String> plain(String text) {
    if (!hasExpression(text)) {
      return Optional.of(text);
    }
    StringBuilder plain = new StringBuilder();
    try {
      for (Part part : parse(text).parts()) {
        switch (part) {
          case Part.Text(String literal) -> plain.append(literal);
          case Part.Value(Code code) -> {
            if (!code.written().equals(CALM)) {
              return Optional.empty();
            }
            plain.append('<');
          }
        }
      }
    } catch (ExpressionException e) {
      return Optional.empty();
    }
    return Optional.of(plain.toString());
  }

  /**
   * Finds the expressions of a text.
   *
   * @throws ExpressionException when one is not closed or no expression
   */
  public static Template parse(String text) throws ExpressionException {
    List<Part> parts = new ArrayList<>();
    int literal = 0;
    int at = text.indexOf("<+");
    while (at >= 0) {
      if (BEGIN.matcher(text).region(at, text.length()).lookingAt()) {
        Reader reader = new Reader(text, at + 2);
        String jexl = reader.body(0, true);
        if (reader.closed) {
          if (at > literal) {
            parts.add(new Part.Text(text.substring(literal, at)));
          }
          parts.add(new Part.Value(Code.of(text.substring(at + 2, reader.at - 1).strip(), jexl)));
          literal = reader.at;
          at = text.indexOf("<+", literal);
          continue;
        }
        int line = text.indexOf('\n', at);
        if (text.substring(at, line < 0 ? text.length() : line).contains(">")) {
          throw new ExpressionException(
              "an expression is not closed (expected: > after %s)"
                  .formatted(text.substring(at, Math.min(text.length(), at + 60)).strip()));
        }
      }
      at = text.indexOf("<+", at + 2);
    }
    if (literal < text.length()) {
      parts.add(new Part.Text(text.substring(literal)));
    }
    return new Template(parts);
  }

  /** A condition: an expression with or without brackets around it. */
  public static Code condition(String text) throws ExpressionException {
    String body = text.strip();
    return Code.of(body, new Reader(body, 0).body(0, false));
  }

  /** The paths that its expressions read. */
  public Set<List<String>> references() {
    Set<List<String>> references = new LinkedHashSet<>();
    for (Part part : parts) {
      if (part instanceof Part.Value(Code code)) {
        references.addAll(code.references());
      }
    }
    return references;
  }

  /**
   * The text with every expression evaluated.
   *
   * @throws ExpressionException when one cannot be evaluated, or is not known in this scope
   */
  public String fill(Scope scope) throws ExpressionException {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      switch (part) {
        case Part.Text(String literal) -> text.append(literal);
        case Part.Value(Code code) -> {
          switch (code.in(scope)) {
            case Scope.Found.Known(var value) -> text.append(Code.text(value));
            case Scope.Found.Later _ ->
                throw new ExpressionException("<+%s> is not known yet".formatted(code.written()));
            case Scope.Found.Never(String why) -> throw new ExpressionException(why);
          }
        }
      }
    }
    return text.toString();
  }

  /** Turns an expression into JEXL: an inner {@code <+x>} becomes {@code (x)}. */
  private static final class Reader {
    private final String text;
    private int at;
    private boolean closed;

    Reader(String text, int at) {
      this.text = text;
      this.at = at;
    }

    String body(int depth, boolean closing) throws ExpressionException {
      if (depth > DEEPEST) {
        throw new ExpressionException(
            "expressions nested deeper than %d (expected: less)".formatted(DEEPEST));
      }
      StringBuilder jexl = new StringBuilder();
      while (at < text.length()) {
        char c = text.charAt(at);
        if (text.startsWith("<+", at)) {
          jexl.append(inner(depth));
        } else if (c == '"' || c == '\'') {
          jexl.append(quoted(c, depth));
        } else if (c == '>' && closing && !operator()) {
          at++;
          closed = true;
          return jexl.toString().strip();
        } else {
          jexl.append(c == '\n' ? ' ' : c);
          at++;
        }
      }
      closed = !closing;
      return jexl.toString().strip();
    }

    /** A {@code >} or {@code >=} after a blank compares, when another {@code >} follows. */
    private boolean operator() {
      if (at == 0 || text.charAt(at - 1) != ' ' || text.indexOf('>', at + 1) < 0) {
        return false;
      }
      boolean orEqual = text.startsWith(">=", at) && !text.startsWith(">==", at);
      return orEqual || text.startsWith("> ", at);
    }

    private String inner(int depth) throws ExpressionException {
      at += 2;
      String body = body(depth + 1, true);
      if (!closed) {
        throw new ExpressionException("an inner expression is not closed (expected: > after it)");
      }
      closed = false;
      return "(" + body + ")";
    }

    /** A quoted text; expressions inside it are joined to it. */
    private String quoted(char quote, int depth) throws ExpressionException {
      StringBuilder piece = new StringBuilder().append(quote);
      boolean joined = false;
      at++;
      while (at < text.length() && text.charAt(at) != quote) {
        if (text.startsWith("<+", at)) {
          joined = true;
          piece.append(quote).append('+').append(inner(depth)).append('+').append(quote);
        } else {
          if (text.charAt(at) == '\\' && at + 1 < text.length()) {
            piece.append(text.charAt(at++));
          }
          piece.append(text.charAt(at++));
        }
      }
      if (at >= text.length()) {
        throw new ExpressionException(
            "a quotation is not closed (expected: %s after it)".formatted(quote));
      }
      at++;
      piece.append(quote);
      return joined ? "(" + piece + ")" : piece.toString();
    }
  }
}
