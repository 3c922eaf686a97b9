namespace LogosActors.Node.Rest;

/// <summary>The descriptions of routes for OpenAPI.</summary>
internal static class RouteDescriptions
{
    /// <summary>The methods of what can be read again: monitors ask with HEAD.</summary>
    public static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps what can be read again.</summary>
    public static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder routes, string pattern, Delegate handler) =>
        routes.MapMethods(pattern, Reading, handler);

    /// <summary>The route takes JSON. It is matched whatever a request says that it brings: <see cref="RestJson"/> answers that.</summary>
    public static RouteHandlerBuilder TakesJson<T>(this RouteHandlerBuilder route)
        where T : notnull => route.Accepts<T>("application/json", "text/plain", "*/*");

    /// <summary>The route answers in plain text with these codes; none given: 200, 400 and 500.</summary>
    public static RouteHandlerBuilder ProducesText(this RouteHandlerBuilder route, params int[] codes)
    {
        foreach (var code in codes.Length > 0 ? codes : [200, 400, 500])
            route.Produces<string>(code, "text/plain");
        return route;
    }
}
