namespace LogosActors.Node.Rest;

/// <summary>Answers in the reference node's form: plain text, or JSON.</summary>
internal static class Answers
{
    const string PlainText = "text/plain";

    /// <summary>It is done.</summary>
    public static IResult Ok => Text("OK", StatusCodes.Status200OK);

    /// <summary>The request is wrong.</summary>
    public static IResult BadRequest(string reason = "") => Text(reason, StatusCodes.Status400BadRequest);

    /// <summary>What is asked for is not there.</summary>
    public static IResult NotFound(string reason = "") => Text(reason, StatusCodes.Status404NotFound);

    /// <summary>Nobody can answer it.</summary>
    public static IResult PreconditionFailed(string reason) => Text(reason, StatusCodes.Status412PreconditionFailed);

    /// <summary>The node has failed.</summary>
    public static IResult InternalServerError(string reason) => Text(reason, StatusCodes.Status500InternalServerError);

    /// <summary>The node does not offer this.</summary>
    public static IResult ServiceUnavailable(string reason) => Text(reason, StatusCodes.Status503ServiceUnavailable);

    /// <summary>Plain text.</summary>
    public static IResult Text(string text, int status) => Results.Text(text, PlainText, statusCode: status);

    /// <summary>JSON.</summary>
    public static IResult Json<T>(T value) => Results.Json(value, RestJson.Options);
}
