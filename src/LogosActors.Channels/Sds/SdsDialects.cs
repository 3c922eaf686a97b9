namespace LogosActors.Channels.Sds;

/// <summary>A set of <see cref="SdsDialect"/>s.</summary>
[Flags]
internal enum SdsDialects
{
    None = 0,
    Specification = 1 << SdsDialect.Specification,
    Nim = 1 << SdsDialect.Nim,
    Both = Specification | Nim,
}

/// <summary>Dialects in sets.</summary>
internal static class SdsDialectsExtensions
{
    /// <summary>The set of that one.</summary>
    public static SdsDialects Only(this SdsDialect dialect) => (SdsDialects)(1 << (int)dialect);

    /// <summary>The one that it is not.</summary>
    public static SdsDialect Other(this SdsDialect dialect) => dialect is SdsDialect.Nim ? SdsDialect.Specification : SdsDialect.Nim;

    /// <summary>Whether it is among them.</summary>
    public static bool Has(this SdsDialects dialects, SdsDialect dialect) => (dialects & dialect.Only()) is not SdsDialects.None;
}
