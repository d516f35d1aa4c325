import { ApiError } from '../error'

/** A picture of a code whose bytes are the text: what the real engine reads out of pixels. */
export async function codeOf(picture: Blob): Promise<string> {
  if (!picture.type.startsWith('image/'))
    throw new ApiError({ code: 'code_unreadable', params: {} })
  const text = await picture.text()
  if (!text.startsWith('LINLI1:')) throw new ApiError({ code: 'code_missing', params: {} })
  return text
}
