package dev.archway.gateway;

import dev.archway.web.ProblemBodies;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses bodies over a limit before any of them reaches a service. A body that does not announce
 * its length is read first, up to the limit.
 */
final class BodyLimitFilter extends OncePerRequestFilter {
  private final DataSize limit;

  BodyLimitFilter(DataSize limit) {
    this.limit = limit;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    long announced = request.getContentLengthLong();
    if (announced > limit.toBytes()) {
      refuse(response);
    } else if (announced < 0 && request.getHeader("Transfer-Encoding") != null) {
      byte[] body = request.getInputStream().readNBytes((int) limit.toBytes() + 1);
      if (body.length > limit.toBytes()) {
        refuse(response);
      } else {
        chain.doFilter(new ReadRequest(request, body), response);
      }
    } else {
      chain.doFilter(request, response);
    }
  }

  private void refuse(HttpServletResponse response) throws IOException {
    // The rest of the body is not read, so the connection is of no further use.
    response.setHeader("Connection", "close");
    ProblemBodies.write(
        response,
        413,
        "Content Too Large",
        "The request's body is over %d bytes, which is the most that is taken here."
            .formatted(limit.toBytes()));
  }

  private static final class ReadRequest extends HttpServletRequestWrapper {
    private final ServletInputStream body;

    ReadRequest(HttpServletRequest request, byte[] body) {
      super(request);
      ByteArrayInputStream bytes = new ByteArrayInputStream(body);
      this.body =
          new ServletInputStream() {
            @Override
            public boolean isFinished() {
              return bytes.available() == 0;
            }

            @Override
            public boolean isReady() {
              return true;
            }

            @Override
            public void setReadListener(ReadListener listener) {
              throw new IllegalStateException("this request is read by blocking calls only");
            }

            @Override
            public int read() {
              return bytes.read();
            }

            @Override
            public int read(byte[] into, int offset, int length) {
              return bytes.read(into, offset, length);
            }
          };
    }

    @Override
    public ServletInputStream getInputStream() {
      return body;
    }
  }
}
