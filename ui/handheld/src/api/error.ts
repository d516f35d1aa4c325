import type { ErrorCode, ErrorDto, ParamDto } from '@linli/ui-shared'

/** A command's failure, as the engine reports it. */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly params: Record<string, ParamDto>

  constructor({ code, params }: ErrorDto) {
    super(code)
    this.name = 'ApiError'
    this.code = code
    this.params = params
  }

  /** Anything that was thrown, as an `ApiError`. What is not the engine's is a fault of the program. */
  static from(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown
    if (isErrorDto(thrown)) return new ApiError(thrown)
    return new ApiError({ code: 'internal', params: { number: 'E-1000' } })
  }
}

function isErrorDto(value: unknown): value is ErrorDto {
  return typeof value === 'object' && value !== null && 'code' in value && 'params' in value
}
