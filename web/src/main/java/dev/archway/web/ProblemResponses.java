package dev.archway.web;

import dev.archway.contract.api.ProblemDocument;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;
import tools.jackson.core.JacksonException;

/** Every error that reaches Spring MVC becomes a problem document (RFC 9457). */
@RestControllerAdvice
final class ProblemResponses extends ResponseEntityExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(ProblemResponses.class);

  @ExceptionHandler
  ResponseEntity<Object> onProblem(ProblemException e) {
    return answer(e.document(), new HttpHeaders());
  }

  /** A defect: the caller gets an id, the log gets the trace under the same id. */
  @ExceptionHandler
  @Nullable ResponseEntity<Object> onDefect(Exception e) {
    if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
      log.debug("a caller went away before its answer was written: {}", e.toString());
      return null;
    }
    String errorId = UUID.randomUUID().toString();
    log.error("cannot answer a request, error id {}", errorId, e);
    return answer(
        new ProblemDocument(
            null,
            "Internal Server Error",
            500,
            "Something went wrong here that is not the request's fault; the server's log tells more under error id %s."
                .formatted(errorId),
            List.of()),
        new HttpHeaders());
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleExceptionInternal(
      Exception e,
      @Nullable Object body,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    if (status.is5xxServerError()) {
      return onDefect(e);
    }
    @Nullable ProblemDetail told =
        e instanceof ErrorResponse response
            ? response.getBody()
            : body instanceof ProblemDetail detail ? detail : null;
    @Nullable String title = told == null ? null : told.getTitle();
    @Nullable String detail = told == null ? null : told.getDetail();
    return answer(
        new ProblemDocument(
            null,
            title == null ? "Bad Request" : title,
            status.value(),
            badValue(e, detail),
            List.of()),
        headers);
  }

  /**
   * Spring's own words for a value that a contract type refused name Java classes; the type's own
   * message says what was expected.
   */
  private static @Nullable String badValue(Exception e, @Nullable String detail) {
    if (!(e instanceof TypeMismatchException) && !(e instanceof HttpMessageNotReadableException)) {
      return detail;
    }
    for (@Nullable Throwable t = e.getCause(); t != null; t = t.getCause()) {
      if (t instanceof IllegalArgumentException refused
          && refused.getCause() == null
          && refused.getMessage() != null) {
        return refused.getMessage();
      }
      if (t instanceof JacksonException unreadable && unreadable.getCause() == null) {
        return "cannot read the body as JSON: " + unreadable.getOriginalMessage();
      }
    }
    return detail;
  }

  private static ResponseEntity<Object> answer(ProblemDocument document, HttpHeaders headers) {
    HttpHeaders all = new HttpHeaders();
    all.putAll(headers);
    all.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
    return ResponseEntity.status(document.status()).headers(all).body(document);
  }
}
